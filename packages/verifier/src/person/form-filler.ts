import { type BareBrowser, openBareBrowser, type Page, summaryOf, TooManyRedirectsError } from '@rolecall/bare-browser';
import type { HTMLElement } from 'node-html-parser';
import { failed, notTried } from '../finding.ts';
import type { Answer, Http } from '../http.ts';
import type { Arrival, Person, Visit } from './person.ts';
import { isAt } from './redirect-uri.ts';
import { type Credentials, type Selectors, usualSelectors } from './selectors.ts';

/** Login, consent, and what may come between. */
const MAXIMUM_PAGES = 10;

/** A person whose browser has no scripts: forms are found by what is in them, filled in and sent. */
export function createFormFiller(http: Http, credentials: Credentials, selectors: Selectors = usualSelectors): Person {
  let browser: Promise<BareBrowser> | undefined;
  let answers: Answer[] = [];
  const open = (): Promise<BareBrowser> =>
    (browser ??= openBareBrowser(async ({ url, method, headers, body }) => {
      const answer = await http.ask({ url, method, headers, ...(body !== undefined && { body }) });
      answers.push(answer);
      return answer;
    }));

  const walk = async (address: string, { decision = 'allow', userCode, leadsTo }: Visit): Promise<Arrival> => {
    const own = await open();
    const mayFollow = (url: URL): boolean => leadsTo === undefined || !isAt(url, leadsTo);
    const pages: string[] = [];
    let loggedIn = false;
    let coded = false;
    answers = [];
    const arrival = (response: URL | undefined): Arrival => {
      const answer = answers.at(-1);
      if (answer === undefined) throw new Error('nothing was asked');
      return { answer, response, loggedIn, pages, answers };
    };
    try {
      let current = await own.open(address, mayFollow);
      while (pages.length < MAXIMUM_PAGES) {
        if (current instanceof URL) return arrival(current);
        pages.push(current.body);
        const next = nextForm(current, selectors, decision);
        if (next?.kind === 'login' && loggedIn) notTried(`the login of ${credentials.username} was not accepted: ${summaryOf(current)}`);
        if (next === undefined || (next.kind === 'code' && (coded || userCode === undefined))) return arrival(undefined);
        // An authorization response in a form (response_mode=form_post): nobody goes there.
        if (leadsTo !== undefined && isAt(new URL(next.form.getAttribute('action') ?? '', current.url), leadsTo)) return arrival(undefined);
        loggedIn ||= next.kind === 'login';
        coded ||= next.kind === 'code';
        const typed = { ...next.fields, ...typedAt(next, selectors, credentials, userCode) };
        current = next.link === undefined ? await own.submit(current, next.form, typed, mayFollow) : await own.open(next.link, mayFollow);
      }
      return notTried(`the authorization server asks on and on: ${current instanceof URL ? current.href : summaryOf(current)}`);
    } catch (error) {
      return endless(error);
    }
  };

  return {
    authorize: (address, redirectUri, decision = 'allow') => walk(address, { decision, leadsTo: redirectUri }),
    visit: (address, visit = {}) => walk(address, visit),
    forget: async () => {
      browser = undefined;
    },
    steps: async () => {
      const another = await openBareBrowser(({ url, method, headers, body }) =>
        http.ask({ url, method, headers, ...(body !== undefined && { body }) }),
      );
      const until = (leadsTo: string) => (url: URL) => !isAt(url, leadsTo);
      return {
        open: (address, leadsTo) => another.open(address, until(leadsTo)).catch(endless),
        send: (page, leadsTo) => {
          const next = nextForm(page, selectors, 'allow') ?? notTried(`there is nothing to fill in: ${summaryOf(page)}`);
          return another
            .submit(page, next.form, { ...next.fields, ...typedAt(next, selectors, credentials) }, until(leadsTo))
            .catch(endless);
        },
      };
    },
    close: async () => {},
  };
}

/** What leads on and on is the server's fault. */
function endless(error: unknown): never {
  if (error instanceof TooManyRedirectsError) failed(error.message);
  throw error;
}

interface NextStep {
  form: HTMLElement;
  kind: 'login' | 'code' | 'decision';
  fields: Record<string, string | undefined>;
  link?: string;
}

/** What a person would do with a page. */
function nextForm(page: Page, selectors: Selectors, decision: 'allow' | 'deny'): NextStep | undefined {
  const forms = page.document.querySelectorAll('form');
  const login = forms.find((form) => form.querySelector(selectors.password) !== null);
  if (login)
    return { form: login, kind: 'login', fields: buttonFields(login.querySelector('button[type=submit][name], input[type=submit][name]')) };
  const code = forms.find((form) => isTyped(form.querySelector(selectors.userCode)));
  if (code) return { form: code, kind: 'code', fields: {} };
  const selector = decision === 'allow' ? selectors.allow : selectors.deny;
  const button = page.document.querySelector(selector);
  if (button?.tagName === 'A')
    return { form: button, kind: 'decision', fields: {}, link: new URL(button.getAttribute('href') ?? '', page.url).href };
  const form = button === null ? undecidedForm(forms, page, decision) : formOf(button, forms);
  return form && { form, kind: 'decision', fields: buttonFields(button) };
}

const isTyped = (input: HTMLElement | null): boolean => input !== null && input.getAttribute('type') !== 'hidden';

/** A button may stand outside of the form that it sends. */
function formOf(button: HTMLElement, forms: readonly HTMLElement[]): HTMLElement | undefined {
  const id = button.getAttribute('form');
  return forms.find((form) => (id === undefined ? form.querySelectorAll('*').includes(button) : form.getAttribute('id') === id));
}

/** A form on a page where nothing is to be decided: its only button goes on, or a script that this browser does not have would send it. */
function undecidedForm(forms: readonly HTMLElement[], page: Page, decision: 'allow' | 'deny'): HTMLElement | undefined {
  const outside = page.document.querySelectorAll('button[form]').map((button) => formOf(button, forms));
  const withButton = forms.find((form) => outside.includes(form) || form.querySelector('[type=submit], button') !== null);
  if (decision === 'allow' && withButton) return withButton;
  const isOwn = (form: HTMLElement): boolean => new URL(form.getAttribute('action') ?? '', page.url).origin === new URL(page.url).origin;
  return withButton === undefined && page.document.querySelector('script') !== null ? forms.find(isOwn) : undefined;
}

/** What a button adds to the form that it sends. */
function buttonFields(button: HTMLElement | null): Record<string, string | undefined> {
  const name = button?.getAttribute('name');
  return name === undefined ? {} : { [name]: button?.getAttribute('value') ?? '' };
}

function typedAt(
  { form, kind }: NextStep,
  selectors: Selectors,
  { username, password }: Credentials,
  userCode = '',
): Record<string, string> {
  const nameOf = (selector: string): string | undefined => form.querySelector(selector)?.getAttribute('name');
  if (kind === 'decision') return {};
  if (kind === 'code') return { [nameOf(selectors.userCode) ?? 'user_code']: userCode };
  const fields = { [nameOf(selectors.password) ?? 'password']: password };
  const field = nameOf(selectors.username);
  return field === undefined ? fields : { ...fields, [field]: username };
}
