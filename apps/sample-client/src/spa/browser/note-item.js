/** @typedef {{ id: string, title: string, body: string, created_at: string }} Note */

/**
 * A note of the list. Everything in it is text, whatever somebody wrote.
 *
 * @param {Note} note
 * @param {() => void} onDelete
 */
export function noteItem(note, onDelete) {
  const button = make('button', 'Delete', 'quiet small');
  button.setAttribute('aria-label', `Delete the note: ${note.title}`);
  button.addEventListener('click', onDelete);
  const row = make('div', '', 'row');
  row.append(make('h3', note.title, 'item'), button);
  const item = make('li', '');
  item.append(row);
  if (note.body !== '') item.append(make('p', note.body, 'written'));
  return item;
}

/** @param {string} name @param {string} text @param {string} [className] */
function make(name, text, className) {
  const element = document.createElement(name);
  element.textContent = text;
  if (className !== undefined) element.className = className;
  return element;
}
