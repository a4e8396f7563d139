import { parse } from 'node-html-parser';
import { check } from '../../check.ts';
import { notApplicable, notTried, require } from '../../finding.ts';
import type { Answer } from '../../http.ts';
import { responseParameter } from '../../judge.ts';
import type { Arrival } from '../../person/person.ts';
import { works } from '../refusals.ts';
import type { AuthorizationServer } from '../subject.ts';

const FOREIGN_ORIGIN = 'https://elsewhere.example';
const MARKUP = '"><script>rolecall()</script>';

/** The pages for people: login and consent (OAuth 2.1 §7.9 to §7.12, RFC 9700 §4.7, §4.16). */
export const pages = [
  check<AuthorizationServer>('AS-GEN-08', 'pages that another origin asks for', async (server) => {
    const { address } = server.authorizationRequest(await server.client('web'));
    let url: string | undefined = address;
    while (url !== undefined) {
      const answer: Answer = await server.http.ask({ url, headers: { origin: FOREIGN_ORIGIN, accept: 'text/html' } });
      const allowed = answer.headers.get('access-control-allow-origin');
      require(allowed === null, `${answer.to} lets ${allowed} read it (OAuth 2.1 §3.1)`);
      url = answer.location?.origin === new URL(server.issuer).origin && url === address ? answer.location.href : undefined;
    }
  }),
  check<AuthorizationServer>('AS-GEN-09', 'where forms lead', async (server) => {
    const { answers } = await fromTheLogin(server);
    const repeated = answers.find(({ to, status }) => to.startsWith('POST') && (status === 307 || status === 308));
    require(repeated === undefined, `${repeated?.to} answers ${repeated?.status}: the browser sends the password on (RFC 9700 §4.12)`);
  }),
  check<AuthorizationServer>('AS-GEN-10', 'pages in a frame', async (server) => {
    for (const { to, headers } of await shown(server)) {
      const ancestors = /frame-ancestors([^;]*)/.exec(headers.get('content-security-policy') ?? '')?.[1];
      const option = headers.get('x-frame-options')?.toUpperCase();
      const prevented = (ancestors !== undefined && !/\*|https?:(?:\s|$)/.test(ancestors)) || option === 'DENY' || option === 'SAMEORIGIN';
      require(prevented, `${to} may be framed by anybody: neither frame-ancestors nor X-Frame-Options (RFC 9700 §4.16)`);
    }
  }),
  check<AuthorizationServer>('AS-GEN-11', 'what pages tell others', async (server) => {
    for (const { to, headers, body } of await shown(server)) {
      const policy = headers.get('referrer-policy') ?? parse(body).querySelector('meta[name=referrer]')?.getAttribute('content') ?? '';
      require(/no-referrer$|same-origin|origin/.test(policy), `${to} has no referrer policy that keeps its address to itself`);
      const foreign = foreignResources(body, new URL(to.slice(to.indexOf(' ') + 1)));
      require(foreign.length === 0, `${to} loads what is somebody else’s: ${foreign.join(', ')}`);
    }
  }),
  check<AuthorizationServer>('AS-GEN-16', 'markup in what a request says', async (server) => {
    const client = await server.client('web');
    await server.person().forget();
    const { pages: bodies } = await server.approve(client, { login_hint: MARKUP, state: MARKUP });
    const { body } = await server.request(client, { client_id: MARKUP });
    for (const each of [...bodies, body])
      require(!each.includes('<script>rolecall()'), 'what stands in the request becomes a part of the page');
  }),
  check<AuthorizationServer>('AS-GEN-16', 'markup in a client’s name', async (server) => {
    const client = await server.clients.another('web', { client_name: MARKUP });
    const { pages: bodies } = await server.approve(client);
    for (const each of bodies) require(!each.includes('<script>rolecall()'), 'the name of the client becomes a part of the page');
  }),
  check<AuthorizationServer>('AS-AUTHZ-20', 'a login form that was made for somebody else’s browser', async (server) => {
    const { address, redirectUri } = server.authorizationRequest(await server.client('web'));
    const steps = server.person().steps ?? notTried('it takes pages without scripts');
    const [own, other] = [await steps(), await steps()];
    const [page, foreign] = [await own.open(address, redirectUri), await other.open(address, redirectUri)];
    if (page instanceof URL || foreign instanceof URL) return notApplicable('nobody has to log in');
    const after = await own.send(foreign, redirectUri);
    const isStillLogin = !(after instanceof URL) && (after.status >= 400 || isLogin(after.body));
    require(isStillLogin, 'whoever gets a browser to send a form logs its user in as somebody else (RFC 9700 §4.7)');
  }),
  check<AuthorizationServer>('AS-AUTHZ-21', 'what the consent page says', async (server) => {
    const name = 'Rolecall verifier asks';
    const client = await server.clients.another('web', { client_name: name });
    const { pages: bodies } = await server.approve(client);
    if (bodies.every(isLogin)) notTried('no consent page was shown');
    require(bodies.some(
      (body) => !isLogin(body) && (body.includes(name) || body.includes(client.client_id)),
    ), 'the consent page does not name the client');
  }),
  check<AuthorizationServer>('AS-AUTHZ-22', 'a native client that asks again', async (server) => {
    const client = await server.clients.another('public', { redirect_uris: ['http://127.0.0.1/callback'], application_type: 'native' });
    if (!wasAsked(await server.approve(client))) notApplicable('nobody is asked for consent');
    require(wasAsked(await server.approve(client)), 'the second time nobody is asked, although any program can say that it is this client');
  }),
  check<AuthorizationServer>('AS-AUTHZ-23', 'more than was agreed to', async (server) => {
    const [first, ...more] = server.scope?.split(' ') ?? [];
    if (first === undefined || more.length === 0) return notTried('it takes two scopes: say which with scope');
    const client = await server.clients.another('web');
    const before = await server.approve(client, { scope: first });
    if (!wasAsked(before)) notApplicable('nobody is asked for consent');
    require(before.response !== undefined, 'a right authorization request ended on a page');
    const after = await server.approve(client, { scope: [first, ...more].join(' ') });
    const error = after.response && responseParameter({ location: after.response }, 'error');
    require(wasAsked(after) || error !== undefined, `nobody is asked about ${more.join(' ')}, which is new`);
  }),
  check<AuthorizationServer>('AS-AUTHZ-25', 'the cookies of a login', async (server) => {
    const { answers } = await fromTheLogin(server);
    const login = answers.findIndex(({ to }) => to.startsWith('POST'));
    const after = answers.slice(login).flatMap(({ headers }) => headers.getSetCookie());
    require(after.length > 0 ||
      answers.slice(0, login).every(({ headers }) => headers.getSetCookie().length === 0), 'the session keeps its cookie at the login');
    for (const cookie of after.filter((each) => !/max-age=0|expires=Thu, 01 Jan 1970/i.test(each))) {
      const name = cookie.split('=', 1)[0];
      require(/;\s*httponly/i.test(cookie), `scripts can read the cookie ${name}`);
      require(/;\s*samesite=(?:lax|strict)/i.test(cookie), `other sites bring the cookie ${name} along`);
      require(/;\s*secure/i.test(cookie) || !server.issuer.startsWith('https:'), `the cookie ${name} goes over plain http`);
    }
  }),
];

/** All that is answered on the way of somebody who has to log in and is asked. */
async function fromTheLogin(server: AuthorizationServer): Promise<{ answers: readonly Answer[] }> {
  const client = await server.client('web');
  await works(server, client);
  await server.person().forget();
  const { answers, loggedIn } = await server.approve(client, { prompt: 'consent' });
  if (answers === undefined) return notTried('the browser does not tell what was answered: try it without');
  if (!loggedIn) notTried('nobody had to log in');
  return { answers };
}

/** The pages with forms among them. */
async function shown(server: AuthorizationServer): Promise<Answer[]> {
  const { answers } = await fromTheLogin(server);
  return answers.filter(({ status, body }) => status === 200 && /<form/i.test(body));
}

const isLogin = (body: string): boolean => parse(body).querySelector('input[type=password]') !== null;
const wasAsked = ({ pages: bodies }: Arrival): boolean => !bodies.every(isLogin);

function foreignResources(body: string, address: URL): string[] {
  const loaded = parse(body).querySelectorAll('script[src], img[src], iframe[src], link[rel=stylesheet]');
  return loaded
    .map((element) => new URL(element.getAttribute('src') ?? element.getAttribute('href') ?? '', address))
    .filter(({ protocol, origin }) => protocol.startsWith('http') && origin !== address.origin)
    .map(({ origin }) => origin);
}
