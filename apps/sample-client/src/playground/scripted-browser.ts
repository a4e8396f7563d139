import { type Lane } from '@rolecall/lab/exchange';
import { newSpan, traceHeaders } from '@rolecall/lab/trace-context';
import { type HTMLElement, parse } from 'node-html-parser';
import { CookieJar } from 'tough-cookie';

/** A page as the scripted person sees it. */
export interface Page {
  url: string;
  status: number;
  text: string;
  root: HTMLElement;
}

/** A redirect that was not followed: where it leads. */
export class HeldRedirect {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }
}

/**
 * A browser without a screen: cookies, redirects, links and forms. Who uses it takes the same way through the real pages of the real roles as a person does,
 * and every request of it is part of one trace.
 */
export interface ScriptedBrowser {
  /** @param holdAt redirects to addresses that begin so are not followed. */
  visit(url: string, holdAt?: string): Promise<Page | HeldRedirect>;
  /** Fills in and sends a form: `has` is a selector of the form itself, or of something in it. */
  submit(
    page: Page,
    form: { has: string; fields?: Record<string, string>; button?: { name: string; value: string } },
    holdAt?: string,
  ): Promise<Page | HeldRedirect>;
  /** A request that a page would not make: what an attacker types. */
  send(url: string, init: RequestInit): Promise<Response>;
}

const MAXIMUM_REDIRECTS = 15;
const TIMEOUT_MILLISECONDS = 15_000;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export function openScriptedBrowser(traceId: string, lane: Extract<Lane, 'browser' | 'attacker'>): ScriptedBrowser {
  const jar = new CookieJar(undefined, { rejectPublicSuffixes: false });

  const send = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = await jar.getCookieString(url);
    const headers = new Headers(init.headers);
    if (cookie !== '') headers.set('cookie', cookie);
    for (const [name, value] of Object.entries(traceHeaders(newSpan(traceId), lane))) headers.set(name, value);
    const response = await fetch(url, { ...init, headers, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) });
    for (const each of response.headers.getSetCookie()) await jar.setCookie(each, url, { ignoreError: true });
    return response;
  };

  const follow = async (response: Response, from: string, holdAt: string | undefined): Promise<Page | HeldRedirect> => {
    let current = response;
    let url = from;
    for (let redirects = 0; REDIRECTS.has(current.status); redirects += 1) {
      if (redirects === MAXIMUM_REDIRECTS)
        throw new Error(`more than ${MAXIMUM_REDIRECTS} redirects, the last one at ${new URL(url).origin}`);
      url = new URL(current.headers.get('location') ?? '', url).href;
      await current.body?.cancel();
      if (holdAt !== undefined && url.startsWith(holdAt)) return new HeldRedirect(url);
      current = await send(url);
    }
    const text = await current.text();
    return { url, status: current.status, text, root: parse(text) };
  };

  return {
    send,
    visit: async (url, holdAt) => follow(await send(url), url, holdAt),
    submit: async (page, { has, fields = {}, button }, holdAt) => {
      const found = page.root.querySelector(has);
      const form = found?.tagName === 'FORM' ? found : found?.closest('form');
      if (!form) throw new Error(`there is no form with ${has} on the page "${titleOf(page)}"`);
      const values = new URLSearchParams();
      for (const input of form.querySelectorAll('input')) {
        const { name, value = '', type } = input.attributes;
        if (name === undefined || fields[name] !== undefined) continue;
        if ((type === 'checkbox' || type === 'radio') && input.attributes['checked'] === undefined) continue;
        values.append(name, value);
      }
      for (const [name, value] of Object.entries(fields)) values.append(name, value);
      if (button) values.append(button.name, button.value);
      const action = new URL(form.attributes['action'] ?? '', page.url).href;
      return follow(await send(action, { method: 'POST', body: values, headers: { origin: new URL(page.url).origin } }), action, holdAt);
    },
  };
}

/** What the page calls itself. */
export function titleOf(page: Page): string {
  return page.root.querySelector('h1')?.text.trim() ?? page.root.querySelector('title')?.text.trim() ?? `status ${page.status}`;
}
