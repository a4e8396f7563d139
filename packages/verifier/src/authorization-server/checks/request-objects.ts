import { check } from '../../check.ts';
import { failed, notApplicable, notTried, require } from '../../finding.ts';
import type { Answer, Fields } from '../../http.ts';
import { judge, responseParameter } from '../../judge.ts';
import { assertion } from '../client-authentication.ts';
import { newKey } from '../client-metadata.ts';
import { type ObjectChanges, requestObject } from '../request-object.ts';
import { type AuthorizationServer, codeFrom, tokensFrom } from '../subject.ts';
import type { KnownClient } from '../target.ts';

/** Signed request objects (RFC 9101). Every refusal is of an object that is right but for one thing. */
export const requestObjects = [
  check<AuthorizationServer>('AS-JAR-01', 'a signed request object', async (server) => {
    const client = await server.client(offered(server));
    const request = server.authorizationRequest(client);
    const object = await requestObject(server, client, request.parameters);
    const arrival = await server.goTo(beside(client, object, request.parameters), request.redirectUri);
    const issued = codeFrom(arrival, request, client);
    require(responseParameter({ location: issued.response }, 'state') === request.state, 'the `state` of the object did not come back');
    tokensFrom(await server.redeem(issued), client);
  }),
  check<AuthorizationServer>('AS-JAR-02', 'an object without client_id beside it', async (server) => {
    const { parameters, object } = await good(server);
    const { client_id: _, ...others } = beside(await server.client('requests'), object, parameters);
    judge(await server.peek(others), 'AS-JAR-02');
  }),
  check<AuthorizationServer>('AS-JAR-02', 'an object that names another client', async (server) => {
    const other = await server.client('other');
    await refused(server, 'AS-JAR-02', { claims: { client_id: other.client_id } });
  }),
  check<AuthorizationServer>('AS-JAR-03', 'another state outside of the object', async (server) => {
    const client = await server.client(offered(server));
    const request = server.authorizationRequest(client);
    const object = await requestObject(server, client, request.parameters);
    const { response } = await server.goTo({ ...beside(client, object, request.parameters), state: 'beside' }, request.redirectUri);
    if (response === undefined) return failed('what stands outside of the object made a page of it');
    require(responseParameter({ location: response }, 'state') === request.state, 'the `state` outside of the object was used');
  }),
  check<AuthorizationServer>('AS-JAR-04', 'an object that is signed with an unknown key', async (server) => {
    const { key = {} } = await server.client(offered(server));
    await refused(server, 'AS-JAR-04', { key: { ...(await newKey(String(key['alg']))).key, kid: key['kid'] } });
  }),
  check<AuthorizationServer>('AS-JAR-04', 'an unsigned object where a signature is registered', async (server) => {
    const { client, parameters } = await good(server);
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const now = Math.floor(Date.now() / 1000);
    const claims = { ...parameters, iss: client.client_id, aud: server.metadata.issuer, exp: now + 300, iat: now, nbf: now };
    const object = `${encode({ alg: 'none', typ: 'oauth-authz-req+jwt' })}.${encode(claims)}.`;
    requireRefused(await server.peek(beside(client, object, parameters)), 'AS-JAR-04');
  }),
  check<AuthorizationServer>('AS-JAR-05', 'an object and a reference', async (server) => {
    const { client, parameters, object } = await good(server);
    const both = { ...beside(client, object, parameters), request_uri: 'https://verifier.example/request' };
    requireRefused(await server.peek(both), 'AS-JAR-05');
  }),
  check<AuthorizationServer>('AS-JAR-05', 'an object within an object', async (server) => {
    const { object } = await good(server);
    await refused(server, 'AS-JAR-05', { claims: { request: object } });
  }),
  check<AuthorizationServer>('AS-JAR-06', 'an object for another audience', (server) =>
    refused(server, 'AS-JAR-06', { claims: { aud: 'https://elsewhere.example' } }),
  ),
  check<AuthorizationServer>('AS-JAR-06', 'an object that has ended', (server) =>
    refused(server, 'AS-JAR-06', { claims: { exp: Math.floor(Date.now() / 1000) - 600 } }),
  ),
  check<AuthorizationServer>('AS-JAR-06', 'an object that has not begun', (server) =>
    refused(server, 'AS-JAR-06', { claims: { nbf: Math.floor(Date.now() / 1000) + 600, exp: Math.floor(Date.now() / 1000) + 900 } }),
  ),
  check<AuthorizationServer>('AS-JAR-07', 'an assertion for client authentication as an object', async (server) => {
    const { client, parameters } = await good(server);
    const { client_assertion: object } = await assertion(client, { aud: server.metadata.issuer });
    requireRefused(await server.peek(beside(client, String(object), parameters)), 'AS-JAR-07');
  }),
  check<AuthorizationServer>('AS-JAR-08', 'plain parameters where objects are required', async (server) => {
    if (server.metadata.require_signed_request_object !== true) notApplicable('require_signed_request_object is not announced');
    const { client } = await good(server);
    judge(await server.peek(server.authorizationRequest(client).parameters), 'AS-JAR-08');
  }),
  check<AuthorizationServer>('AS-JAR-09', 'a reference to an address that is not registered', async (server) => {
    if (!knowsReferences(server))
      notApplicable('nothing announced has to do with request_uri, and what is unknown is ignored (RFC 6749 §3.1)');
    const client = await server.client('web');
    const { parameters } = server.authorizationRequest(client);
    const answer = await server.peek({ ...parameters, request_uri: 'https://unregistered.verifier.example/request' });
    requireRefused(answer, 'AS-JAR-09');
  }),
];

function offered(server: AuthorizationServer): 'requests' {
  if (server.metadata.require_pushed_authorization_requests === true)
    notTried('every authorization request has to be pushed; an object that is pushed is tried with AS-PAR-13');
  const {
    request_parameter_supported: announced,
    request_object_signing_alg_values_supported: algorithms,
    require_signed_request_object,
  } = server.metadata;
  if (announced === true || require_signed_request_object === true || algorithms !== undefined) return 'requests';
  return notApplicable('the metadata announces no request objects');
}

/** Whether `request_uri` means anything: as a pushed one, as a signed one, or as OpenID Connect knows it. */
function knowsReferences({ metadata }: AuthorizationServer): boolean {
  return (
    metadata.pushed_authorization_request_endpoint !== undefined ||
    metadata.request_uri_parameter_supported !== undefined ||
    metadata.request_parameter_supported !== undefined ||
    metadata.id_token_signing_alg_values_supported !== undefined
  );
}

/** What stands beside an object: what RFC 9101 asks for, and what OpenID Connect Core §6.1 wants to see there as well. */
function beside(client: KnownClient, object: string, { response_type, scope }: Fields): Fields {
  return { client_id: client.client_id, request: object, response_type, scope };
}

/** A client whose right object is taken. @throws Finding (`failed`) where it is not. */
async function good(server: AuthorizationServer): Promise<{ client: KnownClient; parameters: Fields; object: string }> {
  const client = await server.client(offered(server));
  const { parameters } = server.authorizationRequest(client);
  const object = await requestObject(server, client, parameters);
  const answer = await server.peek(beside(client, object, parameters));
  const error = responseParameter(answer, 'error');
  require(answer.status < 400 && error === undefined, `a right request object was answered with ${answer.status} ${error ?? ''}`);
  return { client, parameters, object };
}

async function refused(server: AuthorizationServer, id: string, changes: ObjectChanges): Promise<void> {
  const { client, parameters } = await good(server);
  const object = await requestObject(server, client, parameters, changes);
  requireRefused(await server.peek(beside(client, object, parameters)), id);
}

/** An error page or an error at the redirect URI. Which of both, and its code, depends on what could be read of the object (RFC 9101 §6.3, §7). */
function requireRefused(answer: Answer, id: string): void {
  const error = responseParameter(answer, 'error');
  if (answer.location === undefined) return judge(answer, id);
  const codes = [
    'invalid_request',
    'invalid_request_object',
    'invalid_request_uri',
    'request_uri_not_supported',
    'request_not_supported',
    'invalid_client',
    'unauthorized_client',
  ];
  require(error !== undefined &&
    codes.includes(error), `it should have been refused; it was answered with ${answer.status} ${error ?? 'without an error'}`);
}
