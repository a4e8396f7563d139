import { type BareBrowser, openBareBrowser, type Page, summaryOf, TooManyRedirectsError } from '@rolecall/bare-browser';
import type { HTMLElement } from 'node-html-parser';
import { failed, notTried } from '../finding.ts';
import type { Answer, Http } from '../http.ts';
import type { Arrival, Person } from './person.ts';

/** Where on somebody's pages what is. CSS selectors; each has a default that finds it on most pages. */
export interface Selectors {
  /** The field for the name. */
  username: string;
  /** The field for the password. A form that has one is the login. */
  password: string;
  /** The button that allows. A form that has one is the consent. */
  allow: string;
  /** The button that refuses. */
  deny: string;
}

export interface Credentials {
  username: string;
  password: string;
}

export const usualSelectors: Selectors = {
  username: 'input[name=username], input[name=login], input[name=email], input[type=email], input[type=text]',
  password: 'input[type=password]',
  allow: 'button[value=approve], button[value=allow], button[name=accept], input[name=accept], [data-allow]',
  deny: 'button[value=deny], button[value=cancel], button[name=cancel], input[name=cancel], [data-deny], a[href$="/abort"]',
};

/** Login, consent, and what may come between. */
const MAXIMUM_PAGES = 10;

/** A person whose browser has no scripts: forms are found by what is in them, filled in and sent. */
export function createFormFiller(http: Http, credentials: Credentials, selectors: Selectors = usualSelectors): Person {
  let browser: Promise<BareBrowser> | undefined;
  let last: Answer | undefined;
  const open = (): Promise<BareBrowser> =>
    (browser ??= openBareBrowser(async ({ url, method, headers, body }) => {
      last = await http.ask({ url, method, headers, ...(body !== undefined && { body }) });
      return last;
    }));

  const arrival = (response: URL | undefined): Arrival => {
    if (last === undefined) throw new Error('nothing was asked');
    return { answer: last, response };
  };

  return {
    authorize: async (address, redirectUri, decision = 'allow') => {
      const own = await open();
      const mayFollow = (url: URL): boolean => !isAt(url, redirectUri);
      try {
        let current = await own.open(address, mayFollow);
        let loggedIn = false;
        for (let pages = 0; pages < MAXIMUM_PAGES; pages += 1) {
          if (current instanceof URL) return arrival(current);
          if (current.status >= 400) return arrival(undefined);
          const next = nextForm(current, selectors, decision);
          if (next === undefined) return arrival(undefined);
          if (next.login && loggedIn) notTried(`the login of ${credentials.username} was not accepted: ${summaryOf(current)}`);
          loggedIn ||= next.login;
          const typed = { ...next.fields, ...(next.login && typedAt(next.form, selectors, credentials)) };
          current = next.link === undefined ? await own.submit(current, next.form, typed, mayFollow) : await own.open(next.link, mayFollow);
        }
        return notTried(`the authorization server asks on and on: ${current instanceof URL ? current.href : summaryOf(current)}`);
      } catch (error) {
        if (error instanceof TooManyRedirectsError) return failed(error.message);
        throw error;
      }
    },
    forget: async () => {
      browser = undefined;
    },
  };
}

interface NextStep {
  form: HTMLElement;
  login: boolean;
  fields: Record<string, string | undefined>;
  link?: string;
}

/** What a person would do with a page. */
function nextForm(page: Page, selectors: Selectors, decision: 'allow' | 'deny'): NextStep | undefined {
  const forms = page.document.querySelectorAll('form');
  const login = forms.find((form) => form.querySelector(selectors.password) !== null);
  if (login)
    return { form: login, login: true, fields: buttonFields(login.querySelector('button[type=submit][name], input[type=submit][name]')) };
  const selector = decision === 'allow' ? selectors.allow : selectors.deny;
  const button = page.document.querySelector(selector);
  const fallback = decision === 'allow' ? forms.find((form) => form.querySelector('[type=submit], button') !== null) : undefined;
  if (button?.tagName === 'A')
    return { form: button, login: false, fields: {}, link: new URL(button.getAttribute('href') ?? '', page.url).href };
  const form = button === null ? fallback : forms.find((each) => each.querySelector(selector) !== null);
  return form && { form, login: false, fields: buttonFields(button) };
}

/** What a button adds to the form that it sends. */
function buttonFields(button: HTMLElement | null): Record<string, string | undefined> {
  const name = button?.getAttribute('name');
  return name === undefined ? {} : { [name]: button?.getAttribute('value') ?? '' };
}

function typedAt(form: HTMLElement, selectors: Selectors, { username, password }: Credentials): Record<string, string> {
  const nameOf = (selector: string): string | undefined => form.querySelector(selector)?.getAttribute('name');
  const fields = { [nameOf(selectors.password) ?? 'password']: password };
  const field = nameOf(selectors.username);
  return field === undefined ? fields : { ...fields, [field]: username };
}

/** Whether an address is a redirect URI, whatever was added to its query or fragment. */
function isAt(url: URL, redirectUri: string): boolean {
  const expected = new URL(redirectUri);
  return url.origin === expected.origin && url.protocol === expected.protocol && url.pathname === expected.pathname;
}
