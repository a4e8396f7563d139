// @ts-check

const SVG = 'http://www.w3.org/2000/svg';

/** @typedef {Record<string, string | number | boolean | undefined | ((event: Event) => void)>} Attributes */
/** @typedef {(Node | string | undefined)[]} Children */

/**
 * Makes an element. Text stays text: nothing that came over the wire is ever read as markup.
 *
 * @param {string} tag
 * @param {Attributes} [attributes] functions are listeners, by the event's name; `true` is an attribute without a value.
 * @param {...(Node | string | undefined)} children
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  return /** @type {HTMLElement} */ (fill(document.createElement(tag), attributes, children));
}

/**
 * The same, of a drawing.
 *
 * @param {string} tag
 * @param {Attributes} [attributes]
 * @param {...(Node | string | undefined)} children
 * @returns {SVGElement}
 */
export function shape(tag, attributes = {}, ...children) {
  return /** @type {SVGElement} */ (fill(document.createElementNS(SVG, tag), attributes, children));
}

/**
 * @param {Element} target
 * @param {Attributes} attributes
 * @param {Children} children
 */
function fill(target, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') target.addEventListener(name, value);
    else if (value !== undefined && value !== false) target.setAttribute(name, value === true ? '' : String(value));
  }
  target.append(...children.filter((child) => child !== undefined));
  return target;
}

/**
 * An element that the page has from the beginning.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * Asks the playground. Throws with its words when it refuses.
 *
 * @param {string} path
 * @param {string} [method]
 * @param {object} [body]
 * @returns {Promise<any>}
 */
export async function ask(path, method = 'GET', body) {
  const response = await fetch(`/playground${path}`, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} was answered with status ${response.status}`);
  return text === '' ? undefined : JSON.parse(text);
}
