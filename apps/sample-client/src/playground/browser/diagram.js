// @ts-check
import { byId, element, shape } from './elements.js';

/** @typedef {import('../messages.ts').ArrowSummary} Arrow */

/** @type {Record<string, string>} */
export const LANE_NAMES = {
  attacker: 'Attacker',
  browser: 'Browser',
  client: 'Client',
  'authorization-server': 'Authorization server',
  'resource-server': 'Resource server',
};

const ROW = 40;
const HEAD = 50;
const MINIMUM_LANE = 146;
/** Of a letter of a label. */
const LETTER = 7.4;
/** Longer parts of a path are identifiers. */
const LONG_PART = 20;

/**
 * How an exchange ended, in a word.
 *
 * @param {Arrow} arrow
 * @returns {'open' | 'good' | 'bad'}
 */
function endOf(arrow) {
  if (arrow.failed) return 'bad';
  if (arrow.status === undefined) return 'open';
  return arrow.status >= 400 ? 'bad' : 'good';
}

/** @param {Arrow} arrow */
function answerOf(arrow) {
  if (arrow.failed) return 'no answer';
  if (arrow.status === undefined) return '…';
  return arrow.leadsTo === undefined ? String(arrow.status) : `${arrow.status} to ${arrow.leadsTo.replace(/^https?:\/\//, '')}`;
}

/**
 * What a screen reader says of an exchange.
 *
 * @param {Arrow} arrow
 * @param {number} number
 */
function wordsOf(arrow, number) {
  const fault = arrow.fault === undefined ? '' : ', with a fault';
  return `${number}. ${LANE_NAMES[arrow.from]} to ${LANE_NAMES[arrow.to]}: ${arrow.title}, ${arrow.method} ${arrow.path}, ${answerOf(arrow)}${fault}`;
}

/**
 * Draws the exchanges as a sequence: requests and responses in the order of time, a lane for each party.
 *
 * @param {Arrow[]} arrows in the order of their beginnings.
 * @param {string | undefined} chosen the id of the chosen one.
 * @param {(id: string) => void} choose
 */
export function draw(arrows, chosen, choose) {
  const place = byId('diagram');
  // What has the focus is drawn anew under the hands of whoever uses the keyboard.
  const focused = place.contains(document.activeElement) ? document.activeElement?.getAttribute('data-id') : undefined;
  if (arrows.length === 0) {
    place.replaceChildren(
      element('p', { class: 'empty' }, 'Nothing has been exchanged yet. Run a lesson, or use the client in another tab.'),
    );
    return;
  }
  const lanes = Object.keys(LANE_NAMES).filter((lane) => lane !== 'attacker' || arrows.some(({ from }) => from === 'attacker'));
  const width = Math.max(place.clientWidth - 4, lanes.length * MINIMUM_LANE);
  const step = width / lanes.length;
  const x = (/** @type {string} */ lane) => Math.round(step * (lanes.indexOf(lane) + 0.5));
  const rows = arrows
    .flatMap((arrow) => [
      { arrow, response: false, at: arrow.startedAt },
      ...(endOf(arrow) === 'open' ? [] : [{ arrow, response: true, at: arrow.startedAt + (arrow.milliseconds ?? 0) }]),
    ])
    .sort((a, b) => a.at - b.at);
  const height = rows.length * ROW + 28;

  const groups = new Map(
    arrows.map((arrow, index) => [
      arrow.id,
      shape(
        'g',
        {
          role: 'option',
          id: `arrow-${arrow.id}`,
          class: `arrow ${endOf(arrow)}${arrow.fault === undefined ? '' : ' fault'}`,
          'aria-selected': String(arrow.id === chosen),
          tabindex: arrow.id === (arrows.some(({ id }) => id === chosen) ? chosen : arrows[0]?.id) ? 0 : -1,
          'data-id': arrow.id,
          click: () => choose(arrow.id),
        },
        shape('text', { class: 'words' }, wordsOf(arrow, index + 1)),
      ),
    ]),
  );
  rows.forEach(({ arrow, response }, row) => {
    const number = arrows.indexOf(arrow) + 1;
    groups.get(arrow.id)?.append(...rowOf({ arrow, response, number, y: row * ROW + 26, x, width }));
  });

  const heads = shape('svg', { class: 'heads', width, height: HEAD, viewBox: `0 0 ${width} ${HEAD}`, 'aria-hidden': 'true' });
  const drawing = shape('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'presentation' });
  for (const lane of lanes) {
    heads.append(
      shape('rect', { class: `head ${lane}`, x: x(lane) - step / 2 + 4, y: 8, width: step - 8, height: 34, rx: 8 }),
      shape('text', { class: 'head-text', x: x(lane), y: 30, 'text-anchor': 'middle' }, LANE_NAMES[lane]),
    );
    drawing.append(shape('line', { class: 'lane', x1: x(lane), x2: x(lane), y1: 0, y2: height }));
  }
  const list = shape('g', {
    role: 'listbox',
    'aria-label': 'Exchanges',
    keydown: (event) => move(/** @type {KeyboardEvent} */ (event), arrows, chosen, choose),
  });
  list.append(...groups.values());
  drawing.append(list);
  const { scrollTop, scrollLeft } = place;
  place.replaceChildren(heads, drawing);
  place.scrollTo(scrollLeft, scrollTop);
  if (focused) document.getElementById(`arrow-${focused}`)?.focus({ preventScroll: true });
}

/** @param {string} id */
function focusArrow(id) {
  const found = document.getElementById(`arrow-${id}`);
  found?.focus();
  found?.scrollIntoView({ block: 'nearest' });
}

/**
 * One line of the drawing: a request, or its response.
 *
 * @param {{ arrow: Arrow, response: boolean, number: number, y: number, x: (lane: string) => number, width: number }} row
 */
function rowOf({ arrow, response, number, y, x, width }) {
  const [start, end] = response ? [x(arrow.to), x(arrow.from)] : [x(arrow.from), x(arrow.to)];
  const way = Math.sign(end - start);
  const text = shortened(response ? answerOf(arrow) : `${arrow.method} ${arrow.path}`);
  const mark = response && arrow.fault !== undefined ? ' ⚡ fault' : '';
  const middle = (start + end) / 2;
  const room = Math.max(Math.abs(end - start) - 24, 60);
  const cut = Math.floor(room / LETTER);
  const parts = [
    // The whole line can be clicked, not only what is drawn.
    shape('rect', { class: 'touch', x: 0, y: y - 20, width, height: ROW }),
    shape('line', { class: response ? 'response' : 'request', x1: start, x2: end - way * 7, y1: y + 6, y2: y + 6 }),
    shape('path', { class: 'tip', d: arrow.failed && response ? cross(end - way * 12, y + 6) : tip(end, y + 6, way) }),
    shape(
      'text',
      { class: 'label', 'aria-hidden': 'true', x: middle, y, 'text-anchor': 'middle' },
      (text.length > cut ? `${text.slice(0, cut - 1)}…` : text) + mark,
    ),
  ];
  if (!response) {
    parts.push(
      shape('circle', { class: 'number', cx: start, cy: y + 6, r: 10 }),
      shape('text', { class: 'number-text', 'aria-hidden': 'true', x: start, y: y + 10, 'text-anchor': 'middle' }, String(number)),
    );
  }
  return parts;
}

/** @param {string} text what identifies something is too long to be read, and stands in the details. */
const shortened = (text) =>
  text
    .split('/')
    .map((part) => (part.length > LONG_PART && !/[ :.]/.test(part) ? `${part.slice(0, 6)}…` : part))
    .join('/');

const tip = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ way) =>
  `M${x} ${y} L${x - way * 9} ${y - 5} L${x - way * 9} ${y + 5} Z`;
const cross = (/** @type {number} */ x, /** @type {number} */ y) =>
  `M${x - 5} ${y - 5} L${x + 5} ${y + 5} M${x - 5} ${y + 5} L${x + 5} ${y - 5}`;

/**
 * The arrow keys go from one exchange to the next, Home and End to the first and the last.
 *
 * @param {KeyboardEvent} event
 * @param {Arrow[]} arrows
 * @param {string | undefined} chosen
 * @param {(id: string) => void} choose
 */
function move(event, arrows, chosen, choose) {
  const focused = document.activeElement?.getAttribute('data-id') ?? chosen;
  const at = arrows.findIndex(({ id }) => id === focused);
  /** @type {Record<string, number>} */
  const places = {
    ArrowDown: at + 1,
    ArrowRight: at + 1,
    ArrowUp: at - 1,
    ArrowLeft: at - 1,
    Home: 0,
    End: arrows.length - 1,
    Enter: at,
    ' ': at,
  };
  const next = places[event.key];
  if (next === undefined) return;
  event.preventDefault();
  const arrow = arrows[Math.max(0, Math.min(arrows.length - 1, next))];
  if (arrow === undefined) return;
  choose(arrow.id);
  focusArrow(arrow.id);
}
