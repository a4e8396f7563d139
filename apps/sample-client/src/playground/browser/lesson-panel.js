// @ts-check
import { LANE_NAMES } from './diagram.js';
import { byId, element } from './elements.js';

/** @typedef {{ id: string, group: string, title: string, summary: string, steps: { title: string, text: string }[] }} Lesson */
/** @typedef {import('../messages.ts').RunView} Run */

/**
 * Shows a lesson, how far it has come, and how it ended.
 *
 * @param {Lesson | undefined} lesson undefined: everything is watched.
 * @param {Run | undefined} run
 * @param {{ proceed: (all: boolean) => void, again: () => void, choose: (id: string) => void, client: string }} actions
 */
export function showLesson(lesson, run, { proceed, again, choose, client }) {
  const place = byId('lesson');
  if (lesson === undefined) {
    place.replaceChildren(
      element('h2', {}, 'Watch everything'),
      element('p', {}, 'Whatever the roles say to each other appears below, from wherever it is caused: '),
      element(
        'p',
        {},
        element('a', { href: client, target: '_blank', rel: 'noreferrer' }, 'Open the client in another tab'),
        ' and sign in as alice, password wonderland.',
      ),
    );
    return;
  }
  const focused = document.activeElement?.id;
  const busy = run?.state === 'running';
  const over = run?.state === 'ended' || run?.state === 'failed';
  place.replaceChildren(
    element('h2', {}, lesson.title),
    element('p', {}, lesson.summary),
    element('ol', { class: 'steps' }, ...lesson.steps.map((step, index) => stepOf(step, index, run))),
    element(
      'div',
      { class: 'actions' },
      over
        ? element('button', { type: 'button', id: 'again', click: again }, 'Again')
        : element(
            'button',
            { type: 'button', id: 'run', 'aria-disabled': busy ? 'true' : undefined, click: () => busy || proceed(true) },
            run?.taken ? 'Run the rest' : 'Run',
          ),
      over
        ? undefined
        : element(
            'button',
            { type: 'button', id: 'step', class: 'quiet', 'aria-disabled': busy ? 'true' : undefined, click: () => busy || proceed(false) },
            'Next step',
          ),
    ),
    run === undefined ? '' : outcomeOf(run, choose),
  );
  // The button that was pressed is another one now: whoever uses the keyboard stays where they were.
  if (focused === 'run' || focused === 'step' || focused === 'again')
    (document.getElementById(focused) ?? document.getElementById('again') ?? document.getElementById('run'))?.focus();
}

/**
 * @param {{ title: string, text: string }} step
 * @param {number} index
 * @param {Run | undefined} run
 */
function stepOf({ title, text }, index, run) {
  const taken = run?.taken ?? 0;
  const state = index < taken ? 'done' : index === taken && run?.state === 'failed' ? 'failed' : index === taken ? 'next' : 'later';
  const words = { done: ' (done)', failed: ' (failed)', next: '', later: '' }[state];
  return element(
    'li',
    { class: state, 'aria-current': state === 'next' && run !== undefined ? 'step' : undefined },
    element('strong', {}, title, element('span', { class: 'unseen' }, words)),
    element('p', {}, text),
  );
}

/**
 * @param {Run} run
 * @param {(id: string) => void} choose
 */
function outcomeOf({ state, outcome, problem }, choose) {
  if (state === 'failed') return element('p', { class: 'notice bad', id: 'outcome' }, `Not as expected: ${problem}.`);
  if (outcome === undefined) return '';
  const { kind, text, arrow, refusedBy, check, rule } = outcome;
  return element(
    'div',
    { class: 'notice good', id: 'outcome' },
    element('p', {}, element('strong', {}, `${headingOf(kind, refusedBy)} `), text),
    element(
      'p',
      {},
      check === undefined ? undefined : element('code', {}, check),
      check === undefined ? '' : ' · ',
      rule === undefined ? undefined : element('a', { href: rule.url, target: '_blank', rel: 'noreferrer' }, rule.name),
      rule === undefined ? '' : ' · ',
      element('button', { type: 'button', class: 'link', id: 'show-proof', click: () => choose(arrow) }, 'Show the exchange'),
    ),
  );
}

/**
 * @param {'worked' | 'refused'} kind
 * @param {string | undefined} refusedBy
 */
function headingOf(kind, refusedBy) {
  return kind === 'worked' ? 'It works.' : `Refused by the ${(LANE_NAMES[refusedBy ?? ''] ?? '').toLowerCase()}.`;
}
