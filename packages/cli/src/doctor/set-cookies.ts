import { Cookie } from 'tough-cookie';
import { type Answer, isAnswer, locationOf } from './probe.ts';
import type { Subject } from './subject.ts';

/** A cookie that a role sets. Its value is nobody's business. */
export interface SetCookie {
  owner: 'the client' | 'the authorization server';
  url: URL;
  name: string;
  cookie: Cookie;
}

/** The cookies that the client's start page and the authorization server's way to the login page set. */
export async function cookiesBeforeLogin({ settings: { without }, startPage, authorization, probe }: Subject): Promise<SetCookie[]> {
  const client = without.has('sample-client') ? undefined : (await startPage()).answer;
  const tried = without.has('authorization-server') ? undefined : await authorization();
  const server = tried !== undefined && 'answer' in tried && isAnswer(tried.answer) ? tried.answer : undefined;
  const next = server && locationOf(server);
  // Some servers have their cookie with the login page only.
  const login = next?.origin === (server && new URL(server.url).origin) && next ? await probe(next.href) : undefined;
  return [
    ...(client && isAnswer(client) ? cookiesOf('the client', client) : []),
    ...(server ? cookiesOf('the authorization server', server) : []),
    ...(login && isAnswer(login) ? cookiesOf('the authorization server', login) : []),
  ].filter((each, index, all) => all.findIndex((other) => other.owner === each.owner && other.name === each.name) === index);
}

function cookiesOf(owner: SetCookie['owner'], { url, headers }: Answer): SetCookie[] {
  return headers.getSetCookie().flatMap((line) => {
    const cookie = Cookie.parse(line);
    return cookie === undefined ? [] : [{ owner, url: new URL(url), name: cookie.key, cookie }];
  });
}
