// @ts-check
import { LANE_NAMES } from './diagram.js';
import { ask, byId, element } from './elements.js';

/** @typedef {{ role: string, catalogue: { name: string, title: string, description: string }[], active: { name: string, remaining: number }[] }} RoleFaults */
/** @typedef {{ offset_seconds: number, now: string, faults: RoleFaults[] }} LabState */

const MINUTE = 60;
const HOUR = 3_600;

/**
 * Shows the clock and the faults, and lets both be changed.
 *
 * @param {LabState} state
 * @param {(words: string) => void} say
 */
export function showLab(state, say) {
  showClock(state, say);
  showFaults(state, say);
}

/**
 * @param {LabState} state
 * @param {(words: string) => void} say
 */
function showClock({ offset_seconds: offset }, say) {
  const focused = document.activeElement?.id;
  const set = (/** @type {number} */ seconds, /** @type {string} */ words) => async () => {
    await tried(() => ask('/clock', 'PUT', { offset_seconds: seconds }), words, say);
  };
  byId('clock').replaceChildren(
    element('span', { id: 'offset' }, timeOf(offset)),
    element(
      'button',
      { type: 'button', class: 'quiet', id: 'plus-minute', click: set(offset + MINUTE, 'A minute has passed in all roles.') },
      '+1 min',
    ),
    element(
      'button',
      { type: 'button', class: 'quiet', id: 'plus-ten', click: set(offset + 10 * MINUTE, 'Ten minutes have passed in all roles.') },
      '+10 min',
    ),
    element(
      'button',
      { type: 'button', class: 'quiet', id: 'plus-hour', click: set(offset + HOUR, 'An hour has passed in all roles.') },
      '+1 h',
    ),
    element(
      'button',
      {
        type: 'button',
        class: 'quiet',
        id: 'now',
        disabled: offset === 0,
        click: set(0, 'All roles are back at the time of this machine.'),
      },
      'Back to now',
    ),
  );
  if (focused && byId('clock').querySelector(`#${CSS.escape(focused)}`)) document.getElementById(focused)?.focus();
}

/**
 * @param {() => Promise<unknown>} act
 * @param {string} words what is said when it has worked.
 * @param {(words: string) => void} say
 */
async function tried(act, words, say) {
  try {
    await act();
    say(words);
  } catch (error) {
    say(`That did not work: ${/** @type {Error} */ (error).message}`);
  }
}

/** @param {number} offset */
function timeOf(offset) {
  if (offset === 0) return 'The time is now';
  return `The time is ${durationOf(Math.abs(offset))} ${offset > 0 ? 'ahead' : 'behind'}`;
}

/** @param {number} seconds */
function durationOf(seconds) {
  const hours = Math.floor(seconds / HOUR);
  const minutes = Math.floor((seconds % HOUR) / MINUTE);
  const rest = Math.round(seconds % MINUTE);
  return [hours && `${hours} h`, minutes && `${minutes} min`, rest && `${rest} s`].filter(Boolean).join(' ');
}

/**
 * @param {LabState} state
 * @param {(words: string) => void} say
 */
function showFaults({ faults }, say) {
  const place = byId('faults');
  const active = faults.flatMap(({ role, catalogue, active: running }) =>
    running.map(
      ({ name, remaining }) => `${LANE_NAMES[role]}: ${catalogue.find((each) => each.name === name)?.title ?? name}, ${remaining} more`,
    ),
  );
  const list = element(
    'ul',
    { id: 'active-faults', class: 'active-faults' },
    ...(active.length === 0 ? [element('li', {}, 'None is active.')] : active.map((words) => element('li', {}, words))),
  );
  const before = document.getElementById('active-faults');
  const choices = JSON.stringify(faults.map(({ role, catalogue }) => [role, catalogue]));
  // The form is made anew only when a role has come or gone, so that nothing moves under the hands of whoever fills it in.
  if (before !== null && place.dataset.choices === choices) return before.replaceWith(list);
  place.dataset.choices = choices;
  place.querySelector('form')?.remove();
  before?.remove();
  const choice = /** @type {HTMLSelectElement} */ (
    element(
      'select',
      { id: 'fault' },
      ...faults.map(({ role, catalogue }) =>
        element(
          'optgroup',
          { label: LANE_NAMES[role] ?? role },
          ...catalogue.map(({ name, title, description }) => element('option', { value: `${role} ${name}`, title: description }, title)),
        ),
      ),
    )
  );
  const count = /** @type {HTMLInputElement} */ (element('input', { id: 'fault-count', type: 'number', min: 1, max: 100, value: 1 }));
  const putIn = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const [role, fault] = choice.value.split(' ');
    await tried(() => ask('/faults', 'PUT', { role, fault, count: Number(count.value) }), 'The fault is put in.', say);
  };
  const end = async () => {
    await tried(() => ask('/faults', 'DELETE'), 'No fault is active any more.', say);
  };
  place.append(
    element(
      'form',
      { submit: putIn },
      element('label', { for: 'fault' }, 'What goes wrong'),
      choice,
      element('label', { for: 'fault-count' }, 'How many times'),
      count,
      element('button', {}, 'Put it in'),
      element('button', { type: 'button', class: 'quiet', id: 'end-faults', click: end }, 'End all'),
    ),
    list,
  );
}
