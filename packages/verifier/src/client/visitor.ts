import { openBareBrowser, type Page, TooManyRedirectsError } from '@rolecall/bare-browser';
import type { HTMLElement } from 'node-html-parser';
import { failed } from '../finding.ts';
import type { Http } from '../http.ts';

/** One answer on a browser's way. */
export interface Step {
  url: string;
  status: number;
  headers: Headers;
  body: string;
}

/** Where an address or a form has led a browser. */
export interface Visit {
  /** Every answer on the way, the last one last. */
  steps: Step[];
  /** What is shown at the end. Undefined where the browser was to go somewhere that is neither the client nor played. */
  page: Page | undefined;
  /** That place. Nobody goes there. */
  left: URL | undefined;
}

/** A browser without scripts before a person who looks at everything. It goes to the client and to the played servers, and nowhere else. */
export interface Visitor {
  open(url: string): Promise<Visit>;
  /** Presses what is on a page: follows a link, or sends the form that it is or that it is in. */
  press(page: Page, element: HTMLElement): Promise<Visit>;
  /** The cookies that it last sent to the client, or has got since, by name. */
  cookies(): Map<string, string>;
  /** How cookies were set, by name: the attributes, in lower case. */
  attributes(): Map<string, string[]>;
}

export interface VisitorOptions {
  /** For the client: it records. */
  http: Http;
  /** For played servers, which record by themselves. */
  quiet: Http;
  clientOrigins: () => ReadonlySet<string>;
  playedOrigins: () => ReadonlySet<string>;
  /** Sent to the client beside those that it sets. */
  cookies?: ReadonlyMap<string, string> | undefined;
}

export async function openVisitor({ http, quiet, clientOrigins, playedOrigins, cookies: given }: VisitorOptions): Promise<Visitor> {
  const jar = new Map<string, string>(given);
  const attributes = new Map<string, string[]>();
  let steps: Step[] = [];

  const browser = await openBareBrowser(async ({ url, method, headers, body }) => {
    const played = playedOrigins().has(new URL(url).origin);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const { cookie: own, ...others } = headers;
    const sent = played ? own : cookie;
    const answer = await (played ? quiet : http).ask({
      ...{ url, method },
      headers: { ...others, ...(sent !== undefined && sent !== '' && { cookie: sent }) },
      ...(body !== undefined && { body }),
    });
    if (!played) for (const set of answer.headers.getSetCookie()) keep(set, jar, attributes);
    steps.push({ url, status: answer.status, headers: answer.headers, body: answer.body });
    return answer;
  });
  const mayFollow = (url: URL): boolean => clientOrigins().has(url.origin) || playedOrigins().has(url.origin);

  const visit = async (go: () => Promise<Page | URL>): Promise<Visit> => {
    steps = [];
    try {
      const end = await go();
      return end instanceof URL ? { steps, page: undefined, left: end } : { steps, page: end, left: undefined };
    } catch (error) {
      if (error instanceof TooManyRedirectsError) return failed(error.message.split('?', 1)[0] + ' leads on and on');
      throw error;
    }
  };

  const open = async (url: string): Promise<Visit> => {
    const target = new URL(url);
    return mayFollow(target) ? visit(() => browser.open(url, mayFollow)) : { steps: [], page: undefined, left: target };
  };

  return {
    open,
    press: async (page, element) => {
      const href = element.tagName === 'A' ? element.getAttribute('href') : undefined;
      if (href !== undefined) return open(new URL(href, page.url).href);
      const form = element.tagName === 'FORM' ? element : element.closest('form');
      if (form === null) return failed('what is to be pressed is neither a link nor in a form');
      const action = new URL(form.getAttribute('action') ?? '', page.url);
      if (!mayFollow(action)) return { steps: [], page: undefined, left: action };
      const name = element === form ? undefined : element.getAttribute('name');
      const typed = name === undefined ? {} : { [name]: element.getAttribute('value') ?? '' };
      return visit(() => browser.submit(page, form, typed, mayFollow));
    },
    cookies: () => new Map(jar),
    attributes: () => new Map(attributes),
  };
}

/** RFC 6265 §5.3, as far as one application needs it: an empty or expired cookie is gone. */
function keep(set: string, jar: Map<string, string>, attributes: Map<string, string[]>): void {
  const [pair = '', ...rest] = set.split(';').map((part) => part.trim());
  const separator = pair.indexOf('=');
  if (separator < 1) return;
  const name = pair.slice(0, separator);
  const value = pair.slice(separator + 1);
  const lower = rest.map((attribute) => attribute.toLowerCase());
  const maxAge = lower.find((attribute) => attribute.startsWith('max-age='))?.slice('max-age='.length);
  const expires = rest.find((attribute) => /^expires=/i.test(attribute))?.slice('expires='.length);
  const isOver = maxAge !== undefined ? Number(maxAge) <= 0 : expires !== undefined && Date.parse(expires) <= Date.now();
  if (isOver) {
    jar.delete(name);
    return;
  }
  jar.set(name, value);
  attributes.set(name, lower);
}
