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
    await ask('/clock', 'PUT', { offset_seconds: seconds });
    say(words);
  };
  byId('clock').replaceChildren(
    element('span', { id: 'offset' }, offset === 0 ? 'The time is now' : `The time is ${durationOf(offset)} ahead`),
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
  // The form is made once, so that nothing moves under the hands of whoever fills it in.
  if (before !== null) return before.replaceWith(list);
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
    await ask('/faults', 'PUT', { role, fault, count: Number(count.value) });
    say('The fault is put in.');
  };
  const end = async () => {
    await ask('/faults', 'DELETE');
    say('No fault is active any more.');
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
