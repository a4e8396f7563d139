import type { Visit } from './visitor.ts';

/** What tells a browser that is signed in from one that is not. */
export interface Signs {
  selector?: string | undefined;
  text?: string | undefined;
}

/** Where a visit has ended, without what differs from time to time. */
export function endOf({ page, left }: Visit): string {
  if (left !== undefined) return `left for ${left.origin}${left.pathname}`;
  if (page === undefined) return 'nowhere';
  const { origin, pathname } = new URL(page.url);
  return `${Math.floor(page.status / 100)}xx at ${origin}${pathname}`;
}

/** Whether a page has what only somebody sees who is signed in. Undefined where nobody has said what that is. */
export function showsSigns({ page }: Visit, { selector, text }: Signs): boolean | undefined {
  if (selector === undefined && text === undefined) return undefined;
  if (page === undefined || page.status >= 400) return false;
  return (selector === undefined || page.document.querySelector(selector) !== null) && (text === undefined || page.body.includes(text));
}
