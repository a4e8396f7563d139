import { check } from '../../check.ts';
import { notApplicable, require } from '../../finding.ts';
import { errorOf, judge, responseParameter } from '../../judge.ts';
import { push, pushed } from '../pushed-requests.ts';
import { type AuthorizationServer } from '../subject.ts';

const ALGORITHMS = ['PS256', 'ES256', 'EdDSA', 'Ed25519'];
const METHODS = ['private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth'];

/** What FAPI 2.0 adds. */
export const fapi = [
  check<AuthorizationServer>('AS-FAPI-01', 'how clients may authenticate', ({ metadata }) => {
    const others = (metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic']).filter(
      (method) => !METHODS.includes(method),
    );
    require(others.length === 0, `token_endpoint_auth_methods_supported has ${others.join(', ')}`);
  }),
  check<AuthorizationServer>('AS-FAPI-02', 'a code without a proof', async (server) => {
    if (server.metadata.dpop_signing_alg_values_supported === undefined)
      notApplicable('tokens are bound to certificates, as far as is known');
    const issued = await server.code(await server.client('web'));
    judge(await server.redeem(issued, {}, { headers: { dpop: [] } }), 'AS-FAPI-02');
  }),
  check<AuthorizationServer>('AS-FAPI-03', 'a request that was not pushed', async (server) => {
    const client = await server.client('web');
    await pushed(server, client);
    const answer = await server.peek(server.authorizationRequest(client).parameters);
    require(answer.location === undefined || responseParameter(answer, 'error') !== undefined, 'a request that was not pushed is accepted');
  }),
  check<AuthorizationServer>('AS-FAPI-03', 'a pushed request without a challenge, and one without a redirect URI', async (server) => {
    const client = await server.client('web');
    const { parameters } = (await pushed(server, client)).request;
    for (const missing of ['code_challenge', 'redirect_uri']) {
      const answer = await push(server, client, { ...parameters, [missing]: undefined });
      require(answer.status >= 400 && errorOf(answer) !== undefined, `without ${missing} it was answered with ${answer.status}`);
    }
  }),
  check<AuthorizationServer>('AS-FAPI-04', 'how long a reference lives, and `iss`', async (server) => {
    const client = await server.client('web');
    const answer = await push(server, client, server.authorizationRequest(client).parameters);
    judge(answer, 'AS-FAPI-04');
    require(Number(answer.json()['expires_in']) < 600, 'a reference lives 600 seconds or longer');
    require(server.metadata.authorization_response_iss_parameter_supported === true, '`iss` is not announced');
  }),
  check<AuthorizationServer>('AS-FAPI-05', 'the algorithms that are announced', ({ metadata }) => {
    const lists = {
      token_endpoint_auth_signing_alg_values_supported: metadata.token_endpoint_auth_signing_alg_values_supported,
      dpop_signing_alg_values_supported: metadata.dpop_signing_alg_values_supported,
      request_object_signing_alg_values_supported: metadata.request_object_signing_alg_values_supported,
    };
    for (const [name, values = []] of Object.entries(lists)) {
      const others = values.filter((alg) => !ALGORITHMS.includes(alg));
      require(others.length === 0, `${name} has ${others.join(', ')}`);
    }
  }),
  check<AuthorizationServer>('AS-FAPI-06', 'addresses with TLS', ({ metadata }) => {
    const plain = Object.entries(metadata).filter(
      ([name, value]) => name.endsWith('_endpoint') && typeof value === 'string' && !value.startsWith('https:'),
    );
    require(plain.length === 0, `${plain.map(([name]) => name).join(', ')} is not https`);
  }),
  check<AuthorizationServer>('AS-FAPI-07', 'a redirect URI with http', async (server) => {
    server.endpoint('registration_endpoint');
    await server.client('web');
    const { client_id: _, ...metadata } = (await server.clients.another('web')).information;
    const own = {
      client_name: metadata['client_name'],
      token_endpoint_auth_method: metadata['token_endpoint_auth_method'],
      jwks: metadata['jwks'],
    };
    const grant = { grant_types: ['authorization_code'], response_types: ['code'], redirect_uris: ['http://verifier.example/callback'] };
    judge(await server.clients.ask({ ...own, ...grant }), 'AS-FAPI-07');
  }),
];
