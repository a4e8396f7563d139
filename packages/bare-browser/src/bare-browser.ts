import type { HTMLElement } from 'node-html-parser';
import type { CookieJar } from 'tough-cookie';

const MAXIMUM_REDIRECTS = 20;
const TIMEOUT_MILLISECONDS = 15_000;

export interface BrowserRequest {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  /** A form, encoded. */
  body?: string;
}

export interface BrowserResponse {
  status: number;
  headers: Headers;
  body: string;
}

/** How a browser asks: no redirect is followed. Whoever wants to see what it does gives one of their own. */
export type Send = (request: BrowserRequest) => Promise<BrowserResponse>;

/** More redirects than a browser follows. */
export class TooManyRedirectsError extends Error {
  override readonly name = 'TooManyRedirectsError';
}

/** What a browser shows. */
export interface Page {
  url: string;
  status: number;
  headers: Headers;
  /** As it came. */
  body: string;
  /** The same, to be looked through: `page.document.querySelector('h1')?.text`. */
  document: HTMLElement;
}

/** A browser without scripts: it keeps cookies, follows redirects and sends forms, as a person would. */
export interface BareBrowser {
  /**
   * Goes to an address, and on to where it is redirected.
   *
   * @param mayFollow asked for each redirect: false ends the way there.
   * @returns the page, or the redirect that was not followed.
   */
  open(url: string, mayFollow?: (url: URL) => boolean): Promise<Page | URL>;
  /** Sends a form of a page: what it holds already, and what is typed. `undefined` leaves a field out, as an unticked box is. */
  submit(page: Page, form: HTMLElement, typed: Record<string, string | undefined>, mayFollow?: (url: URL) => boolean): Promise<Page | URL>;
}

/**
 * A new one, without cookies. What reads pages and cookies is loaded with the first one: most programs start before they need one.
 *
 * @throws TooManyRedirectsError from `open` and `submit`, and whatever `send` throws.
 */
export async function openBareBrowser(send: Send = sendByFetch): Promise<BareBrowser> {
  const [{ parse }, { CookieJar: Jar }] = await Promise.all([import('node-html-parser'), import('tough-cookie')]);
  const jar: CookieJar = new Jar(undefined, { rejectPublicSuffixes: false });

  const go = async (first: BrowserRequest, mayFollow: (url: URL) => boolean): Promise<Page | URL> => {
    let request = first;
    for (let redirects = 0; redirects <= MAXIMUM_REDIRECTS; redirects += 1) {
      const cookie = await jar.getCookieString(request.url);
      const { status, headers, body } = await send({
        ...request,
        headers: { accept: 'text/html', ...request.headers, ...(cookie && { cookie }) },
      });
      for (const set of headers.getSetCookie()) await jar.setCookie(set, request.url, { ignoreError: true });
      const location = headers.get('location');
      if (location === null || status < 300 || status > 399) return { url: request.url, status, headers, body, document: parse(body) };
      const next = new URL(location, request.url);
      if (!mayFollow(next)) return next;
      request = { method: 'GET', url: next.href, headers: {} };
    }
    throw new TooManyRedirectsError(`${first.url} leads on and on: more than ${MAXIMUM_REDIRECTS} redirects`);
  };

  return {
    open: (url, mayFollow = () => true) => go({ method: 'GET', url, headers: {} }, mayFollow),
    submit: (page, form, typed, mayFollow = () => true) => {
      const values = { ...fieldsOf(form), ...typed };
      const sent = new URLSearchParams(Object.entries(values).filter((field): field is [string, string] => field[1] !== undefined));
      const action = new URL(form.getAttribute('action') ?? '', page.url);
      if (form.getAttribute('method')?.toLowerCase() !== 'post') {
        action.search = sent.toString();
        return go({ method: 'GET', url: action.href, headers: {} }, mayFollow);
      }
      // Browsers say from where a form is sent.
      const headers = { origin: new URL(page.url).origin, 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' };
      return go({ method: 'POST', url: action.href, headers, body: sent.toString() }, mayFollow);
    },
  };
}

const sendByFetch: Send = async ({ url, ...request }) => {
  const response = await fetch(url, { ...request, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) });
  return { status: response.status, headers: response.headers, body: await response.text() };
};

/** What a form would send if nobody typed anything. */
function fieldsOf(form: HTMLElement): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const input of form.querySelectorAll('input')) {
    const name = input.getAttribute('name');
    const type = input.getAttribute('type')?.toLowerCase() ?? 'text';
    // Of the buttons only the one that was pressed is sent: whoever presses it says so.
    if (['submit', 'button', 'image', 'reset', 'file'].includes(type)) continue;
    const box = type === 'checkbox' || type === 'radio';
    if (name !== undefined && (!box || input.hasAttribute('checked'))) fields[name] = input.getAttribute('value') ?? (box ? 'on' : '');
  }
  for (const area of form.querySelectorAll('textarea')) {
    const name = area.getAttribute('name');
    if (name !== undefined) fields[name] = area.text;
  }
  return fields;
}

/** What a page says to people, in a line. */
export function summaryOf(page: Page): string {
  const main = page.document.querySelector('main') ?? page.document;
  const said = main.querySelectorAll('h1, p').map((each) => each.text.replaceAll(/\s+/g, ' ').trim());
  return `${page.status} at ${page.url.split('?', 1)[0]}: ${said.filter(Boolean).slice(0, 3).join(' ')}`;
}
