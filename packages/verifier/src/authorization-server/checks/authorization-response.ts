import { parse } from 'node-html-parser';
import { check } from '../../check.ts';
import { failed, notApplicable, notTried, require } from '../../finding.ts';
import { judge, responseParameter } from '../../judge.ts';
import { works } from '../refusals.ts';
import { type AuthorizationServer, unguessable } from '../subject.ts';

const MINIMUM_BITS = 128;

/** What comes back to the client (OAuth 2.1 §4.1.2, RFC 9207). */
export const authorizationResponse = [
  check<AuthorizationServer>('AS-AUTHZ-01', 'a right request', async (server) => {
    const { response, redirectUri, state } = await server.code(await server.client('web'));
    const parameters = response.searchParams;
    require(response.href.startsWith(redirectUri), `it leads to ${response.origin}${response.pathname} instead of ${redirectUri}`);
    require(parameters.getAll('code').length === 1, 'the response has more than one code');
    require(parameters.getAll('state').join() === state, 'the state is not the one that was sent');
    const promised = server.metadata.authorization_response_iss_parameter_supported === true;
    const issuers = parameters.getAll('iss');
    require(issuers.length === (promised ? 1 : Math.min(issuers.length, 1)), `the response has ${issuers.length} times iss`);
  }),
  ...[
    ['a state with special characters', 'ä ö+&=%25#/?"<>\\:;,{}'],
    ['a state of a kilobyte', `${unguessable().repeat(24)}`],
  ].map(([title = '', state = '']) =>
    check<AuthorizationServer>('AS-AUTHZ-14', title, async (server) => {
      const client = await server.client('web');
      await works(server, client);
      const { answer, response } = await server.approve(client, { state });
      if (response === undefined) return require(answer.status >= 400 && answer.status < 500, `it ended on a page (${answer.status})`);
      if (responseParameter({ location: response }, 'error') !== undefined)
        return judge({ ...answer, location: response }, 'AS-AUTHZ-14', { when: 'too long' });
      const returned = responseParameter({ location: response }, 'state');
      require(returned === state, `it comes back with ${returned?.length ?? 0} characters instead of ${state.length}, or with others`);
    }),
  ),
  check<AuthorizationServer>('AS-AUTHZ-14', 'no state', async (server) => {
    const { response } = await server.code(await server.client('web'), { state: undefined });
    require(responseParameter({ location: response }, 'state') === undefined, 'a state comes back that nobody has sent');
  }),
  check<AuthorizationServer>('AS-AUTHZ-14', 'the state beside an error', async (server) => {
    const { location, state } = await refusedWith(server);
    require(responseParameter({ location }, 'state') === state, 'an error comes without the state that was sent (RFC 6749 §4.1.2.1)');
  }),
  check<AuthorizationServer>('AS-AUTHZ-15', 'iss beside a code', async (server) => {
    promisesIss(server);
    const { response } = await server.code(await server.client('web'));
    sameIssuer(server, response);
  }),
  check<AuthorizationServer>('AS-AUTHZ-15', 'iss beside an error', async (server) => {
    promisesIss(server);
    sameIssuer(server, (await refusedWith(server)).location);
  }),
  check<AuthorizationServer>('AS-AUTHZ-16', 'a user who refuses', async (server) => {
    const client = await server.client('other');
    await works(server, client);
    const { answer, response, pages } = await server.approve(client, { prompt: 'consent' }, 'deny');
    if (response === undefined) return notTried(`nothing on the page lets a person refuse: name it with the selector deny (${answer.to})`);
    if (pages.length === 0) notTried('nobody was asked');
    judge({ ...answer, location: response }, 'AS-AUTHZ-16');
  }),
  check<AuthorizationServer>('AS-AUTHZ-26', 'how much of a code is random', async (server) => {
    const client = await server.client('web');
    const codes = [(await server.code(client)).code, (await server.code(client)).code];
    require(codes[0] !== codes[1], 'the same code comes twice');
    for (const code of codes)
      require(bitsAtMost(code) >= MINIMUM_BITS, `a code of ${code.length} characters has less than ${MINIMUM_BITS} bits (RFC 6749 §10.10)`);
  }),
  check<AuthorizationServer>('AS-AUTHZ-27', 'an answer as a form', async (server) => {
    server.needs('response_modes_supported', 'form_post');
    const { answer, request } = await server.approve(await server.client('web'), { response_mode: 'form_post' });
    const form = parse(answer.body).querySelector(`form[action="${request.redirectUri}"]`);
    const value = (name: string): string | undefined => form?.querySelector(`input[name=${name}]`)?.getAttribute('value');
    require(form !== null && value('code') !== undefined, 'there is no form that posts the code to the redirect URI');
    require(value('state') === request.state, 'the form has another state than was sent');
    require(/no-store/.test(
      answer.headers.get('cache-control') ?? '',
    ), 'the page with the code may be stored (Form Post Response Mode §2)');
  }),
  check<AuthorizationServer>('AS-AUTHZ-27', 'a mode that nobody knows', async (server) => {
    const client = await server.client('web');
    await works(server, client);
    const { answer, response } = await server.approve(client, { response_mode: 'rolecall' });
    require(answer.status < 500, `${answer.to} failed with ${answer.status}`);
    require(response === undefined ||
      responseParameter({ location: response }, 'code') === undefined, 'a code comes, in a mode of the server’s choice');
  }),
];

/** An error by redirect. @throws Finding (`not tried`) where the server shows a page instead. */
async function refusedWith(server: AuthorizationServer): Promise<{ location: URL; state: string }> {
  const client = await server.client('web');
  await works(server, client);
  const { response, request } = await server.approve(client, { response_type: 'rolecall' });
  if (response === undefined) return notTried('an error ends on a page here: the client is not told');
  if (responseParameter({ location: response }, 'error') === undefined) return failed('a response type that nobody knows is no error');
  return { location: response, state: request.state };
}

function promisesIss({ metadata }: AuthorizationServer): void {
  if (metadata.authorization_response_iss_parameter_supported !== true) notApplicable('the metadata does not promise iss (RFC 9207 §3)');
}

function sameIssuer({ issuer }: AuthorizationServer, location: URL): void {
  const said = responseParameter({ location }, 'iss');
  require(said !== undefined, 'the response has no iss, although the metadata promises it');
  require(said === issuer, `iss is ${said} and not ${issuer}`);
}

/** As many bits as a value of its length and alphabet can have. */
function bitsAtMost(code: string): number {
  return code.length * (/^[0-9]+$/.test(code) ? Math.log2(10) : /^[0-9a-f-]+$/i.test(code) ? 4 : 6);
}
