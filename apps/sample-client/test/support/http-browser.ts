import { unescapeHtml } from './browser.ts';

/** A page that was answered, after all redirects. */
export interface VisitedPage {
  url: URL;
  status: number;
  body: string;
}

/** A browser that speaks real HTTP to any number of servers: cookies, redirects, links and forms, no scripts. */
export interface HttpBrowser {
  /** The page that is open. */
  page: VisitedPage;
  /** Every address that was asked for, redirects included. */
  visited: string[];
  /** Every body and header that was received. */
  received: string[];
  open(url: string): Promise<VisitedPage>;
  /** Follows the page's first link with this text. */
  click(text: string): Promise<VisitedPage>;
  /** Posts the page's first form whose action contains this, with the hidden fields that it has. */
  submit(action: string, fields?: Record<string, string>): Promise<VisitedPage>;
}

const MAXIMUM_REDIRECTS = 20;

export function createHttpBrowser(): HttpBrowser {
  /** By host: cookies ignore ports. Paths are ignored too. */
  const jars = new Map<string, Map<string, string>>();
  const jarOf = ({ hostname }: URL) => {
    const jar = jars.get(hostname) ?? new Map<string, string>();
    jars.set(hostname, jar);
    return jar;
  };

  const visit = async (first: URL, form?: URLSearchParams): Promise<VisitedPage> => {
    let [url, body] = [first, form];
    for (let hops = 0; hops < MAXIMUM_REDIRECTS; hops += 1) {
      browser.visited.push(url.href);
      const jar = jarOf(url);
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(url, {
        method: body === undefined ? 'GET' : 'POST',
        body: body ?? null,
        redirect: 'manual',
        headers: { accept: 'text/html', ...(cookie !== '' && { cookie }) },
      });
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name);
        else jar.set(name, value);
      }
      const text = await response.text();
      browser.received.push(JSON.stringify([...response.headers]), text);
      const location = response.headers.get('location');
      if (location === null) return (browser.page = { url, status: response.status, body: text });
      [url, body] = [new URL(location, url), undefined];
    }
    throw new Error('too many redirects');
  };

  const browser: HttpBrowser = {
    page: { url: new URL('about:blank'), status: 0, body: '' },
    visited: [],
    received: [],
    open: (url) => visit(new URL(url)),
    click: (text) => {
      const links = [...browser.page.body.matchAll(/<a [^>]*href="([^"]*)"[^>]*>([^<]*)</g)];
      const href = links.find(([, , words]) => words?.includes(text))?.[1];
      if (href === undefined) throw new Error(`there is no link "${text}"`);
      return visit(new URL(unescapeHtml(href), browser.page.url));
    },
    submit: (action, fields = {}) => {
      const forms = [...browser.page.body.matchAll(/<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)];
      const [, target, content] = forms.find(([, address]) => address?.includes(action)) ?? [];
      if (target === undefined || content === undefined) throw new Error(`there is no form for ${action}`);
      const form = new URLSearchParams();
      for (const [input] of content.matchAll(/<input[^>]*type="hidden"[^>]*>/g))
        form.set(/name="([^"]*)"/.exec(input)?.[1] ?? '', unescapeHtml(/value="([^"]*)"/.exec(input)?.[1] ?? ''));
      for (const [name, value] of Object.entries(fields)) form.set(name, value);
      return visit(new URL(unescapeHtml(target), browser.page.url), form);
    },
  };
  return browser;
}
