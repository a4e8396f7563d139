import { CSRF_FIELD } from '@rolecall/service-kit/sessions';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';

/** A browser as far as this client can tell: cookies, links and forms, no scripts. */
export interface Browser {
  cookies: Map<string, string>;
  /** Everything that was ever answered to this browser. */
  answers: LightMyRequestResponse[];
  get(path: string): Promise<LightMyRequestResponse>;
  post(path: string, form: Record<string, string> | string): Promise<LightMyRequestResponse>;
  /** Posts the form with this action that the last page had, hidden fields included. */
  submit(action: string, fields?: Record<string, string>): Promise<LightMyRequestResponse>;
  /** The address of the last page's link to the authorization server. */
  authorizationUrl(): URL;
  /** Comes back to the client's callback with these parameters. */
  callback(parameters: Record<string, string> | [string, string][] | URLSearchParams): Promise<LightMyRequestResponse>;
  /** Goes where the last answer pointed, within the client. */
  follow(): Promise<LightMyRequestResponse>;
  /** From the start page to the answer of the callback, with the user's consent. */
  connect(): Promise<LightMyRequestResponse>;
}

export function createBrowser(app: FastifyInstance, issuer: string): Browser {
  const send = async (method: 'GET' | 'POST', path: string, payload?: string) => {
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(cookie && { cookie }), ...(payload !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }) };
    const answer = await app.inject({ method, url: path, headers, ...(payload !== undefined && { payload }) });
    for (const { name, value, expires } of answer.cookies) {
      if (value === '' || (expires !== undefined && expires.getTime() < Date.now())) browser.cookies.delete(name);
      else browser.cookies.set(name, value);
    }
    browser.answers.push(answer);
    return answer;
  };
  const last = () => {
    const answer = browser.answers.at(-1);
    if (answer === undefined) throw new Error('nothing was answered yet');
    return answer;
  };
  const browser: Browser = {
    cookies: new Map(),
    answers: [],
    get: (path) => send('GET', path),
    post: (path, form) => send('POST', path, typeof form === 'string' ? form : new URLSearchParams(form).toString()),
    submit: (action, fields = {}) => {
      const form = last().body.split(`action="${action}"`)[1]?.split('</form>')[0];
      const token = form === undefined ? undefined : new RegExp(`name="${CSRF_FIELD}" value="([^"]*)"`).exec(form)?.[1];
      if (token === undefined) throw new Error(`the page has no form with the action ${action}`);
      return browser.post(action, { ...fields, [CSRF_FIELD]: unescapeHtml(token) });
    },
    authorizationUrl: () => new URL(unescapeHtml(/<a class="button" href="(http[^"]*)"/.exec(last().body)?.[1] ?? '')),
    callback: (parameters) => send('GET', `/callback?${new URLSearchParams(parameters)}`),
    follow: () => send('GET', String(last().headers.location)),
    connect: async () => {
      await browser.get('/');
      return browser.callback({ code: 'a-code', state: browser.authorizationUrl().searchParams.get('state') ?? '', iss: issuer });
    },
  };
  return browser;
}

/** The text that HTML with character references stands for. */
export function unescapeHtml(html: string): string {
  const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' };
  return html.replace(/&(?:#(\d+)|(\w+));/g, (whole, code?: string, name?: string) =>
    code !== undefined ? String.fromCodePoint(Number(code)) : (names[name ?? ''] ?? whole),
  );
}
