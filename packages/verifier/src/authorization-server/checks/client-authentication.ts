import { check } from '../../check.ts';
import { notApplicable, notTried, require } from '../../finding.ts';
import { errorOf } from '../../judge.ts';
import { basic, type ClientAuthentication } from '../client-authentication.ts';
import { dispensable, judgeRefusal } from '../dispensable.ts';
import { type AuthorizationServer, tokensFrom, unguessable } from '../subject.ts';
import type { KnownClient } from '../target.ts';

const byBasic = (id: string, secret: string): ClientAuthentication => ({ headers: { authorization: basic(id, secret) }, form: {} });
const inBody = (id: string, secret: string): ClientAuthentication => ({ headers: {}, form: { client_id: id, client_secret: secret } });

/** Clients with a secret, and those without (OAuth 2.1 §2.4). */
export const clientAuthentication = [
  check<AuthorizationServer>('AS-CAUTH-01', 'a secret in the body', async (server) => {
    offers(server, 'client_secret_post');
    const client = await server.clients.another('web', { token_endpoint_auth_method: 'client_secret_post' });
    await server.tokens(client);
  }),
  check<AuthorizationServer>('AS-CAUTH-02', 'HTTP Basic, with every character encoded', async (server) => {
    const { client, secret } = await withSecret(server);
    const encoded = (text: string): string => [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
    const authorization = `Basic ${btoa(`${encoded(client.client_id)}:${encoded(secret)}`)}`;
    const answer = await server.redeem(await server.code(client), {}, { authentication: { headers: { authorization }, form: {} } });
    tokensFrom(answer, client);
  }),
  check<AuthorizationServer>('AS-CAUTH-03', 'a wrong secret by Basic', async (server) => {
    const { client } = await withSecret(server);
    await refuses(server, client, byBasic(client.client_id, unguessable()), 'AS-CAUTH-03');
  }),
  check<AuthorizationServer>('AS-CAUTH-04', 'a wrong secret in the body', async (server) => {
    offers(server, 'client_secret_post');
    const client = await server.clients.another('web', { token_endpoint_auth_method: 'client_secret_post' });
    await refuses(server, client, inBody(client.client_id, unguessable()), 'AS-CAUTH-04');
  }),
  check<AuthorizationServer>('AS-CAUTH-04', 'something that is no assertion', async (server) => {
    const client = await dispensable(server, 'signing');
    const form = {
      client_id: client.client_id,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: unguessable(),
    };
    const answer = await server.token(
      client,
      { grant_type: 'client_credentials', resource: server.resource },
      { authentication: { headers: {}, form } },
    );
    // What cannot be read is a malformed parameter, too.
    if (errorOf(answer) !== 'invalid_request') judgeRefusal(answer, 'AS-CAUTH-04');
  }),
  check<AuthorizationServer>('AS-CAUTH-05', 'the same secret twice, by Basic and in the body', async (server) => {
    const { client, secret } = await withSecret(server);
    const both = { ...byBasic(client.client_id, secret), form: inBody(client.client_id, secret).form };
    await refuses(server, client, both, 'AS-CAUTH-05');
  }),
  check<AuthorizationServer>('AS-CAUTH-06', 'a confidential client without its secret', async (server) => {
    const { client } = await withSecret(server);
    await refuses(server, client, { headers: {}, form: { client_id: client.client_id } }, 'AS-CAUTH-06');
  }),
  check<AuthorizationServer>('AS-CAUTH-06', 'the same at a refresh', async (server) => {
    const { client } = await withSecret(server);
    const { refresh_token } = await server.tokens(client);
    if (refresh_token === undefined) return notApplicable('there are no refresh tokens');
    const authentication = { headers: {}, form: { client_id: client.client_id } };
    judgeRefusal(await server.token(client, { grant_type: 'refresh_token', refresh_token }, { authentication }), 'AS-CAUTH-06');
  }),
  check<AuthorizationServer>('AS-CAUTH-07', 'Basic, where another way was registered', async (server) => {
    offers(server, 'client_secret_post');
    const client = await server.clients.another('web', { token_endpoint_auth_method: 'client_secret_post' });
    await refuses(server, client, byBasic(client.client_id, client.client_secret ?? ''), 'AS-CAUTH-07');
  }),
  check<AuthorizationServer>('AS-CAUTH-08', 'an unknown client and a wrong secret', async (server) => {
    const { client } = await withSecret(server);
    const issued = await server.code(client);
    const unknown = await server.redeem(issued, {}, { authentication: byBasic(unguessable(), unguessable()) });
    const wrong = await server.redeem(issued, {}, { authentication: byBasic(client.client_id, unguessable()) });
    for (const answer of [unknown, wrong]) judgeRefusal(answer, 'AS-CAUTH-08');
    const said = [unknown, wrong].map((answer) => JSON.stringify([answer.status, errorOf(answer), answer.json()['error_description']]));
    require(said[0] === said[1], `an unknown client is told ${said[0]}, a known one with a wrong secret ${said[1]}`);
  }),
  check<AuthorizationServer>('AS-CAUTH-09', 'a public client, by its id', async (server) => {
    await server.tokens(await server.client('public'));
  }),
];

/** Wrong in how the client authenticates and right in all else; the same code is still good for the client itself. */
async function refuses(server: AuthorizationServer, client: KnownClient, authentication: ClientAuthentication, id: string): Promise<void> {
  const issued = await server.code(client);
  judgeRefusal(await server.redeem(issued, {}, { authentication }), id);
  tokensFrom(await server.redeem(issued), client);
}

async function withSecret(server: AuthorizationServer): Promise<{ client: KnownClient; secret: string }> {
  const client = await dispensable(server, 'web');
  const { client_secret: secret, token_endpoint_auth_method: method } = client;
  if (secret === undefined || method !== 'client_secret_basic') return notTried('it takes a client with client_secret_basic');
  return { client, secret };
}

/** RFC 8414 §2: Basic alone, where nothing is said. */
function offers({ metadata }: AuthorizationServer, method: string): void {
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  if (!methods.includes(method)) notApplicable(`${method} is not announced`);
}
