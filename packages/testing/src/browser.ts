import type { HTMLElement } from 'node-html-parser';
import type { CookieJar } from 'tough-cookie';
import { EcosystemError } from './ecosystem-error.ts';

const MAXIMUM_REDIRECTS = 20;
const TIMEOUT_MILLISECONDS = 15_000;

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

/** A new one, without cookies. What reads pages and cookies is loaded with the first one: most ecosystems are started before one is needed. */
export async function openBareBrowser(): Promise<BareBrowser> {
  const [{ parse }, { CookieJar: Jar }] = await Promise.all([import('node-html-parser'), import('tough-cookie')]);
  const jar: CookieJar = new Jar(undefined, { rejectPublicSuffixes: false });

  const go = async (address: string, init: RequestInit, mayFollow: (url: URL) => boolean): Promise<Page | URL> => {
    let url = new URL(address);
    let request = init;
    for (let redirects = 0; redirects <= MAXIMUM_REDIRECTS; redirects += 1) {
      const cookie = await jar.getCookieString(url.href);
      const response = await fetch(url, {
        ...request,
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
        headers: { accept: 'text/html', ...request.headers, ...(cookie && { cookie }) },
      });
      for (const set of response.headers.getSetCookie()) await jar.setCookie(set, url.href);
      const body = await response.text();
      const location = response.headers.get('location');
      if (location === null || response.status < 300 || response.status > 399)
        return { url: url.href, status: response.status, headers: response.headers, body, document: parse(body) };
      url = new URL(location, url);
      if (!mayFollow(url)) return url;
      request = {};
    }
    throw new EcosystemError('unexpected_page', `${address} leads on and on: more than ${MAXIMUM_REDIRECTS} redirects`);
  };

  return {
    open: (url, mayFollow = () => true) => go(url, {}, mayFollow),
    submit: (page, form, typed, mayFollow = () => true) => {
      const values = { ...fieldsOf(form), ...typed };
      const sent = new URLSearchParams(Object.entries(values).filter((field): field is [string, string] => field[1] !== undefined));
      const action = new URL(form.getAttribute('action') ?? '', page.url);
      if (form.getAttribute('method')?.toLowerCase() === 'post')
        // Browsers say from where a form is sent.
        return go(action.href, { method: 'POST', body: sent, headers: { origin: new URL(page.url).origin } }, mayFollow);
      action.search = sent.toString();
      return go(action.href, {}, mayFollow);
    },
  };
}

/** What a form would send if nobody typed anything. */
function fieldsOf(form: HTMLElement): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const input of form.querySelectorAll('input')) {
    const name = input.getAttribute('name');
    const box = ['checkbox', 'radio'].includes(input.getAttribute('type') ?? '');
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
