import { check } from '../../check.ts';
import { failed, notApplicable, notTried, require } from '../../finding.ts';
import type { Answer, Fields } from '../../http.ts';
import { errorOf, judge, responseParameter } from '../../judge.ts';
import { basic } from '../client-authentication.ts';
import { type Pushed, push, pushed } from '../pushed-requests.ts';
import { informationOf } from '../clients.ts';
import { requestObject } from '../request-object.ts';
import { type AuthorizationServer, codeFrom, tokensFrom, unguessable } from '../subject.ts';

/** Pushed authorization requests (RFC 9126). */
export const pushedRequests = [
  check<AuthorizationServer>('AS-PAR-01', 'a pushed request', async (server) => {
    const client = await server.client('web');
    const answer = await push(server, client, server.authorizationRequest(client).parameters);
    judge(answer, 'AS-PAR-01');
    const { request_uri, expires_in } = answer.json();
    require(typeof request_uri === 'string' && request_uri.includes(':'), 'there is no request_uri');
    require(Number.isInteger(expires_in) && Number(expires_in) > 0, 'expires_in is no number of seconds');
    if (server.profiles.includes('fapi2')) require(Number(expires_in) < 600, 'FAPI 2.0: a reference lives less than 600 seconds');
    const another = await pushed(server, client);
    require(another.reference !== request_uri, 'two requests have the same reference');
  }),
  check<AuthorizationServer>('AS-PAR-02', 'client_id and the reference alone', async (server) => {
    const { client, request, reference } = await pushed(server, await server.client('web'));
    const arrival = await goTo(server, { client, request, reference });
    require(arrival.response !== undefined, `the request ended on a page (${arrival.answer.status})`);
    const issued = codeFrom(arrival, request, client);
    require(responseParameter({ location: arrival.response }, 'state') === request.state, 'the `state` that was pushed did not come back');
    tokensFrom(await server.redeem(issued), client);
  }),
  check<AuthorizationServer>('AS-PAR-03', 'a wrong secret', async (server) => {
    const client = await server.client('web');
    await pushed(server, client);
    if (client.client_secret === undefined) notApplicable('the client has no secret');
    const authentication = { headers: { authorization: basic(client.client_id, unguessable()) }, form: {} };
    judge(await push(server, client, server.authorizationRequest(client).parameters, { authentication }), 'AS-PAR-03');
  }),
  check<AuthorizationServer>('AS-PAR-03', 'a confidential client without authentication', async (server) => {
    const client = await server.client('web');
    await pushed(server, client);
    const authentication = { headers: {}, form: {} };
    const answer = await push(server, client, server.authorizationRequest(client).parameters, { authentication });
    require(isError(answer), `it answered ${answer.status} to nobody`);
  }),
  check<AuthorizationServer>('AS-PAR-04', 'a reference that is pushed itself', async (server) => {
    const { client, request, reference } = await pushed(server, await server.client('web'));
    judge(await push(server, client, { ...request.parameters, request_uri: reference }), 'AS-PAR-04');
  }),
  ...refusedWhenPushed({
    'an unregistered redirect URI': { redirect_uri: 'https://elsewhere.example/callback' },
    'an unknown response type': { response_type: 'rolecall_unheard_of' },
    'a challenge method that nobody knows': { code_challenge_method: 'rolecall_unheard_of' },
  }),
  check<AuthorizationServer>('AS-PAR-06', 'another method', async (server) => {
    const url = server.endpoint('pushed_authorization_request_endpoint');
    await pushed(server, await server.client('web'));
    const { status } = await server.http.ask({ method: 'GET', url });
    require(status >= 400 && status < 500, `it answered ${status} to GET (RFC 9126 §2.3: 405)`);
  }),
  check<AuthorizationServer>('AS-PAR-07', 'another client’s reference', async (server) => {
    const own = await pushed(server, await server.client('web'));
    const other = await server.client('other');
    const { answer, response } = await goTo(server, { ...own, client: other });
    const code = response === undefined ? undefined : responseParameter({ location: response }, 'code');
    require(code === undefined, 'another client got a code by it');
    if (response === undefined) require(answer.status >= 400, `another client’s reference was answered with ${answer.status}`);
    codeFrom(await goTo(server, own), own.request, own.client);
  }),
  check<AuthorizationServer>('AS-PAR-08', 'a reference that was never given', async (server) => {
    const own = await pushed(server, await server.client('web'));
    judge(
      await peek(server, { ...own, reference: own.reference.slice(0, own.reference.lastIndexOf(':') + 1) + unguessable() }),
      'AS-PAR-08',
    );
    codeFrom(await goTo(server, own), own.request, own.client);
  }),
  check<AuthorizationServer>('AS-PAR-09', 'a reference after its authorization', async (server) => {
    const own = await pushed(server, await server.client('web'));
    codeFrom(await goTo(server, own), own.request, own.client);
    const { response, answer } = await goTo(server, own);
    if (response !== undefined) require(responseParameter({ location: response }, 'code') === undefined, 'it gave a second code');
    else require(answer.status >= 400, `it was answered with ${answer.status}`);
  }),
  check<AuthorizationServer>('AS-PAR-10', 'another state beside the reference', async (server) => {
    const own = await pushed(server, await server.client('web'));
    const { response } = await goTo(server, own, { state: 'beside' });
    if (response === undefined) return failed('what stands beside the reference made a page of it');
    require(responseParameter({ location: response }, 'state') === own.request.state, 'the `state` beside the reference was used');
  }),
  check<AuthorizationServer>('AS-PAR-11', 'a reference without client_id', async (server) => {
    const own = await pushed(server, await server.client('web'));
    judge(await server.peek({ request_uri: own.reference }), 'AS-PAR-11');
  }),
  check<AuthorizationServer>('AS-PAR-12', 'a direct request of a client that has to push', async (server) => {
    server.endpoint('pushed_authorization_request_endpoint');
    const all = server.metadata.require_pushed_authorization_requests === true;
    const client = all ? await server.client('web') : await server.clients.another('web', { require_pushed_authorization_requests: true });
    const told = informationOf(client)?.['require_pushed_authorization_requests'] ?? all;
    if (!all && told !== true)
      notApplicable('nobody has to push: require_pushed_authorization_requests is neither announced nor registered');
    judge(await server.peek(server.authorizationRequest(client).parameters), 'AS-PAR-12');
    const own = await pushed(server, client);
    codeFrom(await goTo(server, own), own.request, client);
  }),
  check<AuthorizationServer>('AS-PAR-13', 'a request object of another client, pushed', async (server) => {
    server.endpoint('pushed_authorization_request_endpoint');
    const client = await server.client('requests');
    const { parameters } = server.authorizationRequest(client);
    const right = await push(server, client, { request: await requestObject(server, client, parameters) });
    if (right.status !== 201) notTried(`a right request object was answered with ${right.status} ${errorOf(right) ?? ''}`);
    const other = await server.client('other');
    const request = await requestObject(server, client, { ...parameters, client_id: other.client_id });
    judge(await push(server, client, { request }), 'AS-PAR-13');
  }),
  check<AuthorizationServer>('AS-PAR-14', 'a redirect URI that is not registered', async (server) => {
    const client = await server.client('web');
    await pushed(server, client);
    const answer = await push(server, client, {
      ...server.authorizationRequest(client).parameters,
      redirect_uri: 'https://elsewhere.example/callback',
    });
    judge(answer, 'AS-PAR-14');
  }),
];

/** RFC 9126 §2.3: the codes are those of the authorization endpoint, or of the token endpoint. */
function refusedWhenPushed(wrong: Record<string, Fields>) {
  return Object.entries(wrong).map(([title, changes]) =>
    check<AuthorizationServer>('AS-PAR-05', title, async (server) => {
      const client = await server.client('web');
      const { parameters } = (await pushed(server, client)).request;
      const answer = await push(server, client, { ...parameters, ...changes });
      require(isError(answer), `it answered ${answer.status} instead of 400 with an error code`);
    }),
  );
}

const isError = (answer: Answer): boolean => answer.status >= 400 && answer.status < 500 && errorOf(answer) !== undefined;

const goTo = (server: AuthorizationServer, { client, request, reference }: Pushed, beside: Fields = {}) =>
  server.goTo({ client_id: client.client_id, request_uri: reference, ...beside }, request.redirectUri);

const peek = (server: AuthorizationServer, { client, reference }: Pushed) =>
  server.peek({ client_id: client.client_id, request_uri: reference });
