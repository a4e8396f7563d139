import { type BareBrowser, openBareBrowser, type Page, summaryOf, TooManyRedirectsError } from '@rolecall/bare-browser';
import type { HTMLElement } from 'node-html-parser';
import { EcosystemError } from './ecosystem-error.ts';

/** Login, consent, and what may come between. */
const MAXIMUM_PAGES = 8;

/** What the person does who sits before a browser. */
export interface Behaviour {
  /** Allows what is asked for, or refuses all of it. */
  decision?: 'allow' | 'deny';
  /** Which scopes are left ticked on the consent page. All, unless it is said. */
  allowedScopes?: readonly string[];
  /** Typed instead of the right one. */
  password?: string;
}

/** A person with a browser of their own, who logs in and decides wherever the authorization server asks. */
export interface PersonBrowser {
  /** Goes to an address and through all that follows, to the first page that is not the authorization server's: a web application's, after its callback. */
  open(url: string): Promise<Page>;
  /** The same, but stops where the authorization server sends the browser elsewhere, and answers that address: the authorization response. */
  authorize(authorizationUrl: string): Promise<URL>;
  /** Sends the first form of a page, or the one that `selector` finds, with what is typed, and goes on as `open` does. */
  submit(page: Page, typed: Record<string, string>, selector?: string): Promise<Page>;
}

export interface Credentials {
  username: string;
  password: string;
}

/** @param issuer on whose pages the person logs in and decides. */
export async function openPersonBrowser(
  issuer: string,
  { username, password }: Credentials,
  behaviour: Behaviour = {},
): Promise<PersonBrowser> {
  const browser = inWordsOfTheKit(await openBareBrowser());
  const isIssuers = (url: string | URL): boolean => {
    const { origin, pathname } = new URL(url);
    const own = new URL(issuer);
    return origin === own.origin && (own.pathname === '/' || pathname === own.pathname || pathname.startsWith(`${own.pathname}/`));
  };
  const typed = { username, password: behaviour.password ?? password };

  /** Answers the authorization server's pages for as long as they ask something. */
  const goOn = async (from: Page | URL, mayFollow: (url: URL) => boolean): Promise<Page | URL> => {
    let current = from;
    let loggedIn = false;
    for (let pages = 0; pages < MAXIMUM_PAGES; pages += 1) {
      if (current instanceof URL || !isIssuers(current.url)) return current;
      const login = formWith(current, 'input[name=password]');
      const consent = formWith(current, 'button[name=decision]');
      if (login) {
        if (loggedIn) throw new EcosystemError('login_refused', `${username} could not log in: ${summaryOf(current)}`);
        loggedIn = true;
        current = await browser.submit(current, login, typed, mayFollow);
      } else if (consent) current = await decide(browser, current, consent, behaviour, mayFollow);
      else return current;
    }
    throw new EcosystemError('unexpected_page', `the authorization server asks on and on; last: ${summaryOf(current as Page)}`);
  };
  const toPage = async (begun: Promise<Page | URL>): Promise<Page> => (await goOn(await begun, () => true)) as Page;

  return {
    open: (url) => toPage(browser.open(url)),
    submit: (page, fields, selector = 'form') => {
      const form = page.document.querySelector(selector);
      if (!form) throw new EcosystemError('unexpected_page', `there is no ${selector} on this page: ${summaryOf(page)}`);
      return toPage(browser.submit(page, form, fields));
    },
    authorize: async (url) => {
      if (!URL.canParse(url) || !isIssuers(url))
        throw new EcosystemError(
          'invalid_options',
          `authorize needs the address that your client sends the browser to, below ${issuer} (it is "${url}"); open(…) follows any address`,
        );
      const ended = await goOn(await browser.open(url, isIssuers), isIssuers);
      if (ended instanceof URL) return ended;
      throw new EcosystemError('authorization_refused', `the authorization server shows a page instead of answering: ${summaryOf(ended)}`);
    },
  };
}

/** The same browser; what it cannot do it says as the rest of the kit does. */
function inWordsOfTheKit(browser: BareBrowser): BareBrowser {
  const explain = (error: unknown): never => {
    throw error instanceof TooManyRedirectsError ? new EcosystemError('unexpected_page', error.message) : error;
  };
  return {
    open: (...address) => browser.open(...address).catch(explain),
    submit: (...form) => browser.submit(...form).catch(explain),
  };
}

function formWith(page: Page, selector: string): HTMLElement | undefined {
  return page.document.querySelectorAll('form').find((form) => form.querySelector(selector) !== null);
}

function decide(
  browser: BareBrowser,
  page: Page,
  form: HTMLElement,
  { decision = 'allow', allowedScopes }: Behaviour,
  mayFollow: (url: URL) => boolean,
): Promise<Page | URL> {
  const boxes: Record<string, string | undefined> = {};
  for (const choice of form.querySelectorAll('.choice')) {
    const box = choice.querySelector('input[type=checkbox]');
    const scope = choice.querySelector('code')?.text.trim();
    const name = box?.getAttribute('name');
    if (name === undefined || scope === undefined) continue;
    boxes[name] = (allowedScopes?.includes(scope) ?? true) ? (box?.getAttribute('value') ?? 'on') : undefined;
  }
  return browser.submit(page, form, { ...boxes, decision: decision === 'allow' ? 'approve' : 'deny' }, mayFollow);
}
