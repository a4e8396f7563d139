import { check } from '../../check.ts';
import { notApplicable, require } from '../../finding.ts';
import { judge } from '../../judge.ts';
import { newKey } from '../client-metadata.ts';
import { DEFAULT_REDIRECT_URI } from '../clients.ts';
import { documentClient } from '../documents-of-clients.ts';
import type { Reply } from '../own-address.ts';
import { type AuthorizationServer, unguessable } from '../subject.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

/** Client ID metadata documents. Each refusal is of a document that is right but for one thing, or of an address that no document may have. */
export const clientIdMetadataDocuments = [
  check<AuthorizationServer>('AS-CIMD-01', 'a client by its document', async (server) => {
    const { client, fetched } = await documentClient(server);
    await server.tokens(client);
    require(fetched.length > 0, 'the document was never fetched');
  }),
  ...addresses({
    'an address with http': 'http://verifier.example/client',
    'an address without a path': 'https://verifier.example',
    'an address with dot segments': 'https://verifier.example/a/../client',
    'an address with a fragment': 'https://verifier.example/client#fragment',
    'an address with user info': 'https://user:password@verifier.example/client',
  }),
  ...documents('AS-CIMD-03', { 'a document that names another client': { client_id: 'https://verifier.example/another' } }),
  check<AuthorizationServer>('AS-CIMD-04', 'a document behind a redirect', async (server) => {
    await good(server);
    const { client: elsewhere } = await documentClient(server);
    const { client } = await documentClient(server, {}, () => ({ status: 302, headers: { location: elsewhere.client_id } }));
    judge(await server.request(client), 'AS-CIMD-04');
  }),
  check<AuthorizationServer>('AS-CIMD-04', 'a document with status 201', (server) =>
    refusedReply(server, 'AS-CIMD-04', (body) => ({ status: 201, headers: JSON_TYPE, body })),
  ),
  check<AuthorizationServer>('AS-CIMD-05', 'a document that is no JSON', (server) =>
    refusedReply(server, 'AS-CIMD-05', () => ({ status: 200, headers: JSON_TYPE, body: 'not JSON' })),
  ),
  ...documents('AS-CIMD-05', {
    'a document without client_id': { client_id: undefined },
    'a document without redirect URIs': { redirect_uris: undefined },
  }),
  ...documents('AS-CIMD-06', {
    'a document with a secret': { client_secret: 'not a secret any more' },
    'a document that would need a secret': { token_endpoint_auth_method: 'client_secret_basic' },
  }),
  ...privateAddresses('AS-CIMD-07', ['https://127.0.0.1/client', 'https://[::1]/client', 'https://169.254.169.254/latest/meta-data']),
  check<AuthorizationServer>('AS-CIMD-08', 'a document of ten thousand bytes', async (server) => {
    await good(server);
    const { client } = await documentClient(server, { client_uri: `https://verifier.example/${'a'.repeat(10_000)}` });
    judge(await server.request(client), 'AS-CIMD-08');
  }),
  check<AuthorizationServer>('AS-CIMD-09', 'a redirect URI that the document does not list', async (server) => {
    const client = await good(server);
    judge(await server.request(client, { redirect_uri: 'https://elsewhere.example/callback' }), 'AS-CIMD-09');
  }),
  check<AuthorizationServer>('AS-CIMD-10', 'a document that is right again after an error', async (server) => {
    let isWrong = true;
    const { client } = await documentClient(server, {}, (body) => (isWrong ? { status: 500 } : { status: 200, headers: JSON_TYPE, body }));
    judge(await server.request(client), 'AS-CIMD-04');
    isWrong = false;
    const { status } = await server.request(client);
    require(status < 400, `the error was kept: ${status}`);
  }),
  check<AuthorizationServer>('AS-CIMD-11', 'a client with a key in its document, without an assertion', async (server) => {
    const { jwks } = await newKey('ES256');
    const { client } = await documentClient(server, { token_endpoint_auth_method: 'private_key_jwt', jwks });
    judge(await server.redeem(await server.code(client)), 'AS-CIMD-11');
  }),
  check<AuthorizationServer>('AS-CIMD-12', 'what the consent page shows', async (server) => {
    const { client } = await documentClient(server);
    const { pages } = await server.approve(client);
    const hosts = [client.client_id, ...client.redirect_uris].map((address) => new URL(address).hostname);
    const hidden = hosts.filter((host) => !pages.some((page) => page.includes(host)));
    require(hidden.length === 0, `no page shows ${hidden.join(', ')}`);
  }),
  check<AuthorizationServer>('AS-CIMD-13', 'the identifier of a registered client', async (server) => {
    server.endpoint('registration_endpoint');
    if (server.metadata.client_id_metadata_document_supported !== true)
      notApplicable('client_id_metadata_document_supported is not announced');
    const { client_id } = await server.clients.another('web');
    require(!client_id.startsWith('https://'), 'it begins with https://');
  }),
];

/** A client whose document is taken. */
async function good(server: AuthorizationServer) {
  const { client } = await documentClient(server);
  const { status } = await server.request(client);
  require(status < 400, `a right document was answered with ${status}`);
  return client;
}

async function refusedReply(server: AuthorizationServer, id: string, reply: (document: string) => Reply): Promise<void> {
  await good(server);
  const { client } = await documentClient(server, {}, reply);
  judge(await server.request(client), id);
}

function documents(id: string, wrong: Record<string, Record<string, unknown>>) {
  return Object.entries(wrong).map(([title, changes]) =>
    check<AuthorizationServer>(id, title, async (server) => {
      await good(server);
      const { client } = await documentClient(server, changes);
      judge(await server.request(client), id);
    }),
  );
}

function addresses(wrong: Record<string, string>) {
  return Object.entries(wrong).map(([title, address]) =>
    check<AuthorizationServer>('AS-CIMD-02', title, (server) => refusedAddress(server, 'AS-CIMD-02', address)),
  );
}

function privateAddresses(id: string, wrong: readonly string[]) {
  return wrong.map((address) =>
    check<AuthorizationServer>(id, `a document at ${new URL(address).hostname}`, (server) =>
      refusedAddress(server, id, `${address}/${unguessable()}`),
    ),
  );
}

/** Nothing is there: what shows is that the server does not go on with it. That it does not even ask, nobody sees from outside. */
async function refusedAddress(server: AuthorizationServer, id: string, address: string): Promise<void> {
  if (server.metadata.client_id_metadata_document_supported !== true)
    notApplicable('client_id_metadata_document_supported is not announced');
  const client = { client_id: address, token_endpoint_auth_method: 'none' as const, redirect_uris: [DEFAULT_REDIRECT_URI] };
  judge(await server.request(client), id);
}
