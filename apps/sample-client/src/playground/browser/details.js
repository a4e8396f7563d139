// @ts-check
import { LANE_NAMES } from './diagram.js';
import { ask, byId, element } from './elements.js';

/** Shows what an exchange was, or what to do to see one. */

/** What is asked for last is shown, however long an earlier answer takes. */
let latest = 0;

/**
 * @param {string | undefined} id
 * @param {boolean} secrets
 */
export async function showDetails(id, secrets) {
  const own = (latest += 1);
  const place = byId('details');
  if (id === undefined) {
    place.replaceChildren(
      element(
        'p',
        { class: 'empty' },
        'Choose an arrow to see what was said: the request, the response, the token in it, and the rule that it follows.',
      ),
    );
    return;
  }
  const details = await ask(`/arrows/${encodeURIComponent(id)}?secrets=${secrets}`).catch(() => undefined);
  if (own !== latest) return;
  if (details === undefined) place.replaceChildren(element('p', { class: 'empty' }, 'This exchange is no longer kept.'));
  else place.replaceChildren(...contentOf(details));
}

/** @param {any} details */
function contentOf(details) {
  const { request, response, refusal, tokens, rule, curl, failure } = details;
  return [
    element('p', { class: 'ends' }, `${LANE_NAMES[details.from]} → ${LANE_NAMES[details.to]}`),
    element('h2', {}, details.title),
    element(
      'p',
      { class: 'rule' },
      element('a', { href: rule.url, target: '_blank', rel: 'noreferrer' }, rule.name),
      details.milliseconds === undefined ? '' : ` · ${Math.round(details.milliseconds)} ms`,
    ),
    refusal && refusalOf(refusal),
    section('Request', messageOf(`${request.method} ${request.url}`, request)),
    response
      ? section('Response', messageOf(`Status ${response.status}`, response))
      : element('p', { class: 'notice bad' }, failure ? `No response: ${failure}` : 'No response yet.'),
    ...tokens.map(tokenOf),
    section('As a command', copyable(curl), false),
    details.log.length > 0 ? section('What it logged', logOf(details.log), false) : undefined,
  ].filter((part) => part !== undefined);
}

/** @param {any} refusal */
function refusalOf({ summary, error, rule, evidence }) {
  return element(
    'section',
    { class: 'why', 'aria-labelledby': 'why' },
    element('h3', { id: 'why' }, 'Why'),
    element('p', { class: 'summary' }, summary),
    error === undefined && !rule
      ? undefined
      : element(
          'p',
          {},
          error === undefined ? undefined : element('code', {}, error),
          error !== undefined && rule ? ' · ' : '',
          rule ? element('a', { href: rule.url, target: '_blank', rel: 'noreferrer' }, rule.name) : undefined,
        ),
    evidence.length > 0 ? element('ul', {}, ...evidence.map((/** @type {string} */ text) => element('li', {}, text))) : undefined,
  );
}

/**
 * @param {string} title
 * @param {Node} content
 * @param {boolean} [open]
 */
function section(title, content, open = true) {
  return element('details', { open, class: 'part' }, element('summary', {}, title), content);
}

/**
 * @param {string} first
 * @param {{ headers: [string, string][], body?: string }} message
 */
function messageOf(first, { headers, body }) {
  return element(
    'div',
    {},
    element('p', { class: 'line' }, first),
    body === undefined ? undefined : element('pre', { tabindex: 0, 'aria-label': 'Body' }, readable(body)),
    element(
      'details',
      { open: body === undefined },
      element('summary', {}, `${headers.length} headers`),
      element('table', {}, element('caption', { class: 'unseen' }, 'Headers'), element('tbody', {}, ...headers.map(headerRow))),
    ),
  );
}

/** @param {[string, string]} header */
function headerRow([name, value]) {
  return element('tr', {}, element('th', { scope: 'row' }, name), element('td', {}, value));
}

/** @param {string} body JSON is put into lines, a form into one line for each of its members. */
function readable(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return /^[\w.-]+=[^\n<]*$/.test(body) ? body.replaceAll('&', '\n&') : body;
  }
}

/** @param {any} token */
function tokenOf({ where, header, claims, checks }) {
  const content = element(
    'div',
    {},
    element('p', { class: 'line' }, where),
    header === undefined && checks.length === 0 ? element('p', {}, 'It is opaque: only who issued it can say what it means.') : undefined,
    checks.length > 0
      ? element(
          'ul',
          { class: 'checks' },
          ...checks.map((/** @type {any} */ check) =>
            element('li', { class: check.good ? 'good' : 'bad' }, `${check.good ? 'Right' : 'Wrong'}: ${check.text}`),
          ),
        )
      : undefined,
    header === undefined
      ? undefined
      : element('pre', { tabindex: 0, 'aria-label': 'Header of the token' }, JSON.stringify(header, null, 2)),
    claims === undefined
      ? undefined
      : element('pre', { tabindex: 0, 'aria-label': 'Claims of the token' }, JSON.stringify(claims, null, 2)),
  );
  return section('Token', content);
}

/** @param {string} command */
function copyable(command) {
  const button = element('button', { type: 'button', class: 'quiet', click: () => void copy() }, 'Copy');
  const copy = async () => {
    await navigator.clipboard.writeText(command);
    button.textContent = 'Copied';
  };
  return element('div', {}, element('pre', { tabindex: 0, 'aria-label': 'Command' }, command), button);
}

/** @param {any[]} lines */
function logOf(lines) {
  return element(
    'ul',
    {},
    ...lines.map(({ message, details }) =>
      element('li', {}, message, element('pre', { tabindex: 0, 'aria-label': 'Details' }, JSON.stringify(details, null, 2))),
    ),
  );
}
