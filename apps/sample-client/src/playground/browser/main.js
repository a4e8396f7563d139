// @ts-check
import { showDetails } from './details.js';
import { draw } from './diagram.js';
import { ask, byId } from './elements.js';
import { showLab } from './lab-panel.js';
import { showLesson } from './lesson-panel.js';

/** @typedef {import('../messages.ts').ArrowSummary} Arrow */
/** @typedef {import('./lesson-panel.js').Lesson} Lesson */
/** @typedef {import('./lesson-panel.js').Run} Run */

const { lessons: described = '[]', client = '/' } = document.body.dataset;
/** @type {Map<string, Lesson>} */
const lessons = new Map(JSON.parse(described).map((/** @type {Lesson} */ lesson) => [lesson.id, lesson]));
/** @type {Map<string, Arrow>} */
const arrows = new Map();
/** The latest run of each lesson. @type {Map<string, Run>} */
const runs = new Map();
/** The lesson that is looked at; empty: everything is watched. */
let current = '';
/** @type {string | undefined} */
let chosen;
const secrets = /** @type {HTMLInputElement} */ (byId('secrets'));

const say = (/** @type {string} */ words) => void (byId('status').textContent = words);

/** The exchanges of what is looked at, in the order of time. */
function shown() {
  const trace = current === '' ? undefined : runs.get(current)?.trace;
  return [...arrows.values()].filter((arrow) => (current === '' ? true : arrow.trace === trace)).sort((a, b) => a.startedAt - b.startedAt);
}

let drawing = 0;
/** Draws once for all that arrives at a time. */
function redraw() {
  if (drawing !== 0) return;
  drawing = requestAnimationFrame(() => {
    drawing = 0;
    draw(shown(), chosen, choose);
  });
}

function redrawAll() {
  for (const button of document.querySelectorAll('button.lesson')) {
    const isCurrent = button.getAttribute('data-lesson') === current;
    if (isCurrent) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
    if (isCurrent) button.closest('details')?.setAttribute('open', '');
  }
  const run = runs.get(current);
  showLesson(lessons.get(current), run, { proceed, again, choose, client });
  const trace = current !== '' && run ? `&trace=${run.trace}` : '';
  for (const format of ['har', 'mermaid'])
    byId(format).setAttribute(
      'href',
      `/playground/export?format=${format}${trace}${secrets.checked && format === 'har' ? '&secrets=true' : ''}`,
    );
  redraw();
}

/** @param {string} id */
function choose(id) {
  chosen = id;
  redraw();
  void showDetails(id, secrets.checked);
  requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById(`arrow-${id}`)?.scrollIntoView({ block: 'nearest' })));
}

/** @param {string} lesson */
function look(lesson) {
  current = lesson;
  chosen = undefined;
  say('');
  history.replaceState(null, '', lesson === '' ? '/playground' : `/playground#${lesson}`);
  redrawAll();
  void showDetails(undefined, false);
}

/** @param {boolean} all */
async function proceed(all) {
  const lesson = current;
  try {
    let run = runs.get(lesson);
    if (run === undefined || run.state === 'ended' || run.state === 'failed') run = await begin(lesson);
    say('Under way…');
    const after = /** @type {Run} */ (await ask(`/runs/${run.id}/steps`, 'POST', { all }));
    runs.set(lesson, after);
    if (current !== lesson) return;
    redrawAll();
    tellEnd(after);
  } catch (error) {
    say(`That did not work: ${/** @type {Error} */ (error).message}`);
  }
}

/** @param {Run} run */
function tellEnd({ state, taken, lesson, outcome, problem }) {
  const count = `${shown().length} exchanges`;
  if (state === 'failed') return say(`Not as expected: ${problem}`);
  if (outcome === undefined) return say(`Step ${taken} of ${lessons.get(lesson)?.steps.length} is done. ${count}.`);
  say(`${outcome.text} ${count}.`);
  // Whoever has chosen an exchange meanwhile keeps it.
  if (chosen === undefined) choose(outcome.arrow);
}

/** @param {string} lesson */
async function begin(lesson) {
  const run = /** @type {Run} */ (await ask('/runs', 'POST', { lesson }));
  runs.set(lesson, run);
  chosen = undefined;
  return run;
}

async function again() {
  try {
    await begin(current);
    void showDetails(undefined, false);
    redrawAll();
  } catch (error) {
    say(`That did not work: ${/** @type {Error} */ (error).message}`);
  }
}

for (const button of document.querySelectorAll('button.lesson'))
  button.addEventListener('click', () => look(button.getAttribute('data-lesson') ?? ''));
byId('clear').addEventListener('click', () => void ask('/arrows', 'DELETE').catch((/** @type {Error} */ error) => say(error.message)));
secrets.addEventListener('change', () => {
  redrawAll();
  void showDetails(chosen, secrets.checked);
});
addEventListener('resize', redraw);
addEventListener('hashchange', () => look(lessons.has(location.hash.slice(1)) ? location.hash.slice(1) : ''));

const events = new EventSource('/playground/events');
const on = (/** @type {string} */ name, /** @type {(data: any) => void} */ act) =>
  events.addEventListener(name, (event) => act(JSON.parse(/** @type {MessageEvent} */ (event).data)));
on('arrow', (/** @type {Arrow} */ arrow) => {
  arrows.set(arrow.id, arrow);
  redraw();
  // What is open may have had no answer yet.
  if (arrow.id === chosen) void showDetails(arrow.id, secrets.checked);
});
on('run', (/** @type {Run} */ run) => {
  runs.set(run.lesson, run);
  if (run.lesson === current) redrawAll();
});
on('lab', (state) => showLab(state, say));
// What the client has forgotten, since it was started again, must not stay here alone.
on('begin', () => {
  arrows.clear();
  runs.clear();
  redrawAll();
});
on('clear', () => {
  arrows.clear();
  runs.clear();
  look(current);
});
events.addEventListener('error', () => say('The playground cannot be reached: is the client running?'));
events.addEventListener('open', () => {
  document.body.dataset.live = 'true';
  if (byId('status').textContent?.startsWith('The playground cannot')) say('');
});

look(lessons.has(location.hash.slice(1)) ? location.hash.slice(1) : '');
