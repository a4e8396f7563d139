import { CODE_CHALLENGE, proxyHeaders, REDIRECT_URI, resources, SCOPE } from '../stage.ts';
import { PASSWORD } from './seed.ts';

/** A login form that is open in a browser, ready to be sent. */
export interface LoginForm {
  /** The `Cookie` of the browser. */
  cookie: string;
  body: string;
  headers: Record<string, string>;
}

/** The query of an authorization request, the same for both servers. */
export function authorizationQuery(clientId: string, resource: string): string {
  return new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: REDIRECT_URI,
    scope: SCOPE,
    state: 'the-state-of-the-bench',
    code_challenge: CODE_CHALLENGE,
    code_challenge_method: 'S256',
    resource,
  }).toString();
}

/**
 * Opens the login page in a new browser, as an authorization request leads there.
 *
 * @throws Error when it does not come so far.
 */
export async function openLoginForm(origin: string, clientId: string, username: string, index: number): Promise<LoginForm> {
  const headers = proxyHeaders(index);
  const start = await fetch(`${origin}/authorize?${authorizationQuery(clientId, resources.es256)}`, { headers, redirect: 'manual' });
  await start.text();
  const cookie = cookieOf(start);
  const page = await fetch(`${origin}${start.headers.get('location')}`, { headers: { ...headers, cookie } });
  const fields = [...(await page.text()).matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
  if (fields.length === 0) throw new Error(`there is no login form (status ${page.status})`);
  const body = new URLSearchParams(fields.map(([, name, value]): [string, string] => [name as string, value as string]));
  body.set('username', username);
  body.set('password', PASSWORD);
  return { cookie, body: body.toString(), headers };
}

/** Logs in and answers the `Cookie` of the session. */
export async function logIn(origin: string, clientId: string, username: string, index: number): Promise<string> {
  const form = await openLoginForm(origin, clientId, username, index);
  const answer = await fetch(`${origin}/login`, {
    method: 'POST',
    headers: { ...form.headers, cookie: form.cookie, 'content-type': 'application/x-www-form-urlencoded' },
    body: form.body,
    redirect: 'manual',
  });
  if (answer.status !== 303) throw new Error(`the login was answered with ${answer.status}`);
  return cookieOf(answer);
}

function cookieOf(response: Response): string {
  const cookies = response.headers.getSetCookie();
  if (cookies.length === 0) throw new Error(`no session began (status ${response.status})`);
  return cookies.map((cookie) => cookie.split(';', 1)[0]).join('; ');
}
