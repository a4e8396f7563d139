import { isDeepStrictEqual } from 'node:util';
import { check } from '../../check.ts';
import { Finding, notApplicable, require } from '../../finding.ts';
import { judge, responseParameter } from '../../judge.ts';
import { documents, listOf, type MetadataDocument } from '../documents.ts';
import { metadataAddresses } from '../documents.ts';
import type { AuthorizationServer, EndpointName } from '../subject.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** The metadata documents (RFC 8414, OpenID Connect Discovery). */
export const metadata = [
  check<AuthorizationServer>('AS-META-01', 'the document of OAuth', async (server) => {
    const { oauth } = metadataAddresses(server.issuer);
    const answer = await server.http.ask({ url: oauth });
    // Another well-known name may be an application's own (RFC 8414 §3): OpenID Connect's is, and MCP is content with it.
    if (answer.status === 404) notApplicable('only OpenID Connect’s document is published');
    judge(answer, 'AS-META-01');
    answer.json();
  }),
  eachDocument('AS-GEN-01', 'the addresses', ({ content, url }) => {
    for (const [member, address] of Object.entries(content)) {
      if (typeof address !== 'string' || !/^(?:issuer|jwks_uri|.+_endpoint)$/.test(member)) continue;
      require(URL.canParse(address), `${member} of ${url} is no address`);
      const { protocol, hostname, search } = new URL(address);
      require(protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname)), `${member} of ${url} is not https`);
      require(!address.includes('#'), `${member} of ${url} has a fragment`);
      require(member !== 'issuer' || search === '', `the issuer of ${url} has a query`);
    }
  }),
  eachDocument('AS-META-02', 'the issuer in each document', ({ content, url }, { issuer }) =>
    require(content['issuer'] === issuer, `${url} says the issuer is ${JSON.stringify(content['issuer'])}; it is asked for at ${issuer}`),
  ),
  check<AuthorizationServer>('AS-META-03', 'where the well-known segment is', async (server) => {
    if (new URL(server.issuer).pathname === '/') notApplicable('the issuer has no path');
    const found = await documents(server);
    require(found.length > 0, 'there is no document before or after the path');
  }),
  eachDocument('AS-META-04', 'the required members', ({ kind, content, url }) => {
    const grants = listOf(content, 'grant_types_supported');
    const required = ['issuer', 'response_types_supported'];
    if (grants === undefined || grants.includes('authorization_code')) required.push('authorization_endpoint', 'token_endpoint');
    if (kind === 'openid') required.push('jwks_uri', 'subject_types_supported', 'id_token_signing_alg_values_supported');
    const missing = required.filter((member) => content[member] === undefined);
    require(missing.length === 0, `${url} lacks ${missing.join(', ')}`);
    const algorithms = listOf(content, 'id_token_signing_alg_values_supported');
    require(kind !== 'openid' || algorithms?.includes('RS256'), `${url} does not list RS256 for ID tokens (OpenID Connect Discovery §3)`);
  }),
  eachDocument('AS-META-05', 'empty lists', ({ content, url }) => {
    const empty = Object.keys(content).filter((member) => Array.isArray(content[member]) && content[member].length === 0);
    require(empty.length === 0, `${url} has empty lists: ${empty.join(', ')}`);
  }),
  eachDocument('AS-META-06', 'the challenge methods', ({ content, url }, { profiles }) => {
    if (content['authorization_endpoint'] === undefined) notApplicable('there is no authorization endpoint');
    const methods = listOf(content, 'code_challenge_methods_supported') ?? [];
    require(methods.includes('S256'), `${url} does not say that S256 is supported: clients have to take it that PKCE is not (RFC 8414 §2)`);
    // OAuth 2.1 §4.1.1 leaves `plain` to clients that can do nothing else.
    require(!profiles.includes('fapi2') || !methods.includes('plain'), `${url} offers plain`);
  }),
  eachDocument('AS-META-07', 'the grants and response types', ({ content, url }) => {
    require(!listOf(content, 'grant_types_supported')?.includes('password'), `${url} offers the grant password (RFC 9700 §2.4)`);
    const types = listOf(content, 'response_types_supported') ?? [];
    const leaking = types.filter((type) => type.split(' ').includes('token'));
    require(leaking.length === 0, `${url} offers access tokens in the address: response type ${leaking.join(', ')} (RFC 9700 §2.1.2)`);
    require(types.includes('code') || content['authorization_endpoint'] === undefined, `${url} does not offer the response type code`);
  }),
  eachDocument('AS-META-08', 'client authentication, endpoint by endpoint', ({ content, url }) => {
    for (const endpoint of ['token', 'revocation', 'introspection']) {
      const methods = listOf(content, `${endpoint}_endpoint_auth_methods_supported`) ?? [];
      const algorithms = listOf(content, `${endpoint}_endpoint_auth_signing_alg_values_supported`);
      const signed = methods.some((method) => method === 'private_key_jwt' || method === 'client_secret_jwt');
      require(!signed || algorithms !== undefined, `${url} does not list the algorithms for assertions at the ${endpoint} endpoint`);
      require(!algorithms?.includes('none'), `${url} takes unsigned assertions at the ${endpoint} endpoint`);
    }
  }),
  check<AuthorizationServer>('AS-META-09', 'the promise of iss', async (server) => {
    if (server.metadata.authorization_response_iss_parameter_supported === true) return;
    const { response } = await server.code(await server.client('web'));
    // That MCP wants it is said by AS-MCP-04, and it is a SHOULD there.
    if (responseParameter({ location: response }, 'iss') === undefined)
      notApplicable('there is no iss in responses, and none is announced');
    require(false, 'authorization_response_iss_parameter_supported is not true, although responses have iss (RFC 9207 §3)');
  }),
  check<AuthorizationServer>('AS-META-10', 'pushed requests, and whether they are required', async (server) => {
    const { pushed_authorization_request_endpoint: endpoint, require_pushed_authorization_requests: required } = server.metadata;
    require(required !== true || endpoint !== undefined, 'pushed requests are required and have no endpoint');
    if (endpoint === undefined) notApplicable('the metadata announces no pushed_authorization_request_endpoint');
    if (required !== true) return;
    const answer = await server.request(await server.client('web'));
    require(isRefused(answer.status, answer.location), 'an authorization request passes that was not pushed, although that is required');
  }),
  check<AuthorizationServer>('AS-META-11', 'what is said about request objects', async (server) => {
    const { require_signed_request_object: required, request_object_signing_alg_values_supported: algorithms } = server.metadata;
    if (required !== true && algorithms === undefined) notApplicable('nothing is said about request objects');
    if (required !== true) return;
    const answer = await server.request(await server.client('web'));
    require(isRefused(answer.status, answer.location), 'an authorization request passes without request object, although one is required');
  }),
  eachDocument('AS-META-12', 'the algorithms for DPoP proofs', ({ content, url }) => {
    const algorithms = announced(content, 'dpop_signing_alg_values_supported');
    require(algorithms.every(isAsymmetric), `${url} lists an algorithm for proofs that is not asymmetric: ${algorithms.join(', ')}`);
  }),
  eachDocument('AS-META-13', 'the types of authorization details', ({ content, url }) => {
    const types = announced(content, 'authorization_details_types_supported');
    require(types.every((type) => type.length > 0), `${url} has a type without a name`);
  }),
  eachDocument('AS-META-14', 'client metadata documents', ({ content, url }) => {
    const said = content['client_id_metadata_document_supported'];
    if (said === undefined) notApplicable('the metadata says nothing of client metadata documents');
    require(typeof said === 'boolean', `${url} says client_id_metadata_document_supported is ${JSON.stringify(said)}`);
  }),
  check<AuthorizationServer>('AS-META-14 AS-META-15', 'the registration endpoint that is announced', async (server) => {
    const answer = await server.http.ask({ url: server.endpoint('registration_endpoint'), json: [] });
    require(isServed(answer.status), `${answer.to} answered ${answer.status}`);
  }),
  ...endpointsAsked().map(([name, method]) =>
    check<AuthorizationServer>('AS-META-15', `the ${name} that is announced`, async (server) => {
      const url = server.endpoint(name);
      const answer = await server.http.ask(method === 'GET' ? { url } : { url, form: {} });
      require(isServed(answer.status), `${answer.to} is announced and answered ${answer.status}`);
    }),
  ),
  eachDocument('AS-META-16', 'back-channel logout', ({ content, url }) => {
    const members = ['backchannel_logout_supported', 'backchannel_logout_session_supported'];
    if (content['backchannel_logout_supported'] !== true) notApplicable('back-channel logout is not announced');
    require(members.every((member) => typeof content[member] === 'boolean'), `${url} does not say whether logout tokens have a session`);
  }),
  eachDocument('AS-META-17', 'identity assertion grants', ({ content, url }) => {
    const profiles = listOf(content, 'authorization_grant_profiles_supported') ?? [];
    if (!profiles.includes('urn:ietf:params:oauth:grant-profile:id-jag')) notApplicable('ID-JAG is not announced');
    const grants = listOf(content, 'grant_types_supported') ?? [];
    require(grants.includes('urn:ietf:params:oauth:grant-type:jwt-bearer'), `${url} announces ID-JAG without the grant jwt-bearer`);
  }),
  eachDocument('AS-META-18', 'the names of scopes', ({ content, url }) => {
    const illegal = announced(content, 'scopes_supported').filter((scope) => !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope));
    require(illegal.length ===
      0, `${url} has scopes that no request can name: ${illegal.map((scope) => JSON.stringify(scope)).join(', ')}`);
  }),
  check<AuthorizationServer>('AS-META-19', 'the same in both documents', async (server) => {
    const [first, second] = await documents(server);
    if (first === undefined || second === undefined) return notApplicable('there is only one document');
    const different = Object.keys(first.content).filter(
      (member) => member in second.content && !isDeepStrictEqual(sorted(first.content[member]), sorted(second.content[member])),
    );
    require(different.length === 0, `the two documents differ in ${different.join(', ')}`);
  }),
  eachDocument('AS-META-20', 'the algorithms of introspection in JWTs', ({ content, url }) =>
    require(!announced(content, 'introspection_signing_alg_values_supported').includes('none'), `${url} offers unsigned introspection`),
  ),
];

function eachDocument(ids: string, title: string, judgeIt: (document: MetadataDocument, server: AuthorizationServer) => void) {
  return check<AuthorizationServer>(ids, title, async (server) => {
    const without: Finding[] = [];
    const all = await documents(server);
    for (const document of all)
      try {
        judgeIt(document, server);
      } catch (error) {
        if (!(error instanceof Finding) || error.verdict !== 'not applicable') throw error;
        without.push(error);
      }
    // What one of them announces is judged there.
    if (without[0] !== undefined && without.length === all.length) throw without[0];
  });
}

/** Only what nobody loses anything by: each is asked for nothing. */
function endpointsAsked(): [EndpointName, 'GET' | 'POST'][] {
  return [
    ['authorization_endpoint', 'GET'],
    ['token_endpoint', 'POST'],
    ['jwks_uri', 'GET'],
    ['introspection_endpoint', 'POST'],
    ['revocation_endpoint', 'POST'],
    ['userinfo_endpoint', 'GET'],
    ['device_authorization_endpoint', 'POST'],
    ['pushed_authorization_request_endpoint', 'POST'],
    ['end_session_endpoint', 'GET'],
  ];
}

function announced(content: Record<string, unknown>, member: string): string[] {
  return listOf(content, member) ?? notApplicable(`${member} is not announced`);
}

const isServed = (status: number): boolean => status !== 404 && status !== 405 && status < 500;
const isAsymmetric = (algorithm: string): boolean => algorithm !== 'none' && !algorithm.startsWith('HS');
/** What a list has; its order means nothing. */
const sorted = (value: unknown): unknown => (Array.isArray(value) ? value.map(String).sort() : value);
/** Without a login in between nothing was asked further. */
const isRefused = (status: number, location: URL | undefined): boolean =>
  status >= 400 || (location !== undefined && responseParameter({ location }, 'error') !== undefined);
