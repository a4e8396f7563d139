import type { FastifyInstance } from 'fastify';

export interface BrowserResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  /** The `Location` header, as it was sent. */
  location: string | undefined;
}

/** A browser without scripts: it has cookies and sends forms, and follows no redirect by itself. */
export interface Browser {
  get(url: string, headers?: Record<string, string>): Promise<BrowserResponse>;
  post(url: string, form: Record<string, string> | string, headers?: Record<string, string>): Promise<BrowserResponse>;
  /** The hidden fields of the last page, and the boxes that are ticked: what a form would send if a person typed and clicked nothing. */
  hiddenFields(): Record<string, string>;
  cookies: Map<string, string>;
  /** Every response so far. */
  responses: BrowserResponse[];
}

/** Opens a browser with no cookies, at this address. It reaches `app` without a network. */
export function openBrowser(app: Pick<FastifyInstance, 'inject'>, address = '127.0.0.1'): Browser {
  const cookies = new Map<string, string>();
  const responses: BrowserResponse[] = [];
  let page = '';

  async function send(method: 'GET' | 'POST', url: string, headers: Record<string, string>, payload?: string): Promise<BrowserResponse> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await app.inject({
      method,
      url: url.replace(/^https?:\/\/[^/]+/, ''),
      headers: { ...(cookie && { cookie }), ...headers },
      remoteAddress: address,
      ...(payload !== undefined && { payload }),
    });
    for (const { name, value, maxAge, expires } of response.cookies)
      if (maxAge === 0 || (expires && expires.getTime() === 0)) cookies.delete(name);
      else cookies.set(name, value);
    page = response.body;
    const result = {
      status: response.statusCode,
      headers: response.headers as BrowserResponse['headers'],
      body: page,
      location: response.headers.location,
    };
    responses.push(result);
    return result;
  }

  return {
    get: (url, headers = {}) => send('GET', url, headers),
    post: (url, form, headers = {}) =>
      send(
        'POST',
        url,
        { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        typeof form === 'string' ? form : new URLSearchParams(form).toString(),
      ),
    hiddenFields: () =>
      Object.fromEntries(
        [...page.matchAll(/<input type="(?:hidden|checkbox)"(?: id="[^"]*")? name="([^"]*)" value="([^"]*)"( checked>| >|>)/g)]
          .filter(([input]) => !input.includes('checkbox') || input.endsWith('checked>'))
          .map(([, name, value]) => [unescape(name as string), unescape(value as string)]),
      ),
    cookies,
    responses,
  };
}

function unescape(text: string): string {
  return text.replaceAll(/&#(\d+);/g, (_match, code: string) => String.fromCharCode(Number(code)));
}
