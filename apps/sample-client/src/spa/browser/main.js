import { codeOf, createConnection, DisconnectedError } from './connection.js';
import { noteItem } from './note-item.js';

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const { issuer = '', clientId = '', resource = '', redirectUri = '', scope = '', home = '' } = element('app').dataset;
const connection = createConnection({ issuer, clientId, resource, redirectUri, scope });
const form = /** @type {HTMLFormElement} */ (element('add'));

const say = (/** @type {string} */ text) => (element('status').textContent = text);

/** @param {string} [text] */
function complain(text) {
  element('problem').textContent = text ?? '';
  element('problem').hidden = text === undefined;
}

function showAccess() {
  const facts = connection.facts();
  element('connected').hidden = facts === undefined;
  element('disconnected').hidden = facts !== undefined;
  if (facts === undefined) return element('notes').replaceChildren();
  element('scope').textContent = facts.scope;
  element('until').textContent = facts.expiresAt === undefined ? 'not said' : new Date(facts.expiresAt).toLocaleTimeString();
  element('renewals').textContent = String(facts.renewals);
  return undefined;
}

class NotAllowedError extends Error {}

/** @param {Response} response */
function accepted(response) {
  if (response.status === 403) throw new NotAllowedError();
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response;
}

async function showNotes() {
  const { notes, next_cursor: next } = await accepted(await connection.call('GET', '/notes')).json();
  const items = notes.map((/** @type {import('./note-item.js').Note} */ note) => noteItem(note, () => act(() => remove(note))));
  element('notes').replaceChildren(...items);
  element('none').hidden = items.length > 0;
  element('more').hidden = next === undefined;
}

/** @param {import('./note-item.js').Note} note */
async function remove(note) {
  const response = await connection.call('DELETE', `/notes/${encodeURIComponent(note.id)}`);
  // One that is not there any more is what the user wanted.
  if (response.status !== 404) accepted(response);
  await showNotes();
  say(`Deleted: ${note.title}`);
  // The button that was pressed is gone: whoever uses a keyboard goes on from the list's heading.
  element('notes-title').focus();
}

async function add() {
  const content = Object.fromEntries(new FormData(form));
  accepted(await connection.call('POST', '/notes', content));
  form.reset();
  await showNotes();
  say(`Added: ${content.title}`);
}

/** Does something, and says what came of it where that is bad. @param {() => Promise<void>} work */
async function act(work) {
  complain();
  say('');
  try {
    await work();
  } catch (error) {
    const code = codeOf(error);
    if (error instanceof DisconnectedError) complain('The access has ended. You can connect again.');
    else if (error instanceof NotAllowedError) complain('You have not allowed this application to do that.');
    else if (code === 'access_denied') complain('You did not allow access: nothing was changed.');
    else if (code !== undefined) complain(`The authorization server refused: ${code}`);
    else complain('That did not work. What was answered cannot be used, or there was no answer.');
  }
  showAccess();
}

element('connect').addEventListener('click', () => act(async () => location.assign(await connection.begin())));
element('renew').addEventListener('click', () =>
  act(async () => {
    await connection.renew();
    say('The access was renewed.');
  }),
);
element('disconnect').addEventListener('click', () =>
  act(async () => {
    await connection.end();
    showAccess();
    say('You are disconnected. The access was given back.');
    element('connect').focus();
  }),
);
form.addEventListener('submit', (event) => {
  event.preventDefault();
  void act(add);
});

const answer = new URL(location.href);
if (answer.pathname === new URL(redirectUri).pathname) {
  // Neither code nor state stays in the address or in the history.
  history.replaceState(null, '', home);
  await act(async () => {
    await connection.finish(answer);
    showAccess();
    await showNotes();
    say('Connected.');
    element('notes-title').focus();
  });
} else showAccess();
element('app').dataset.ready = 'true';
