import { describe, expect, it } from 'vitest';
import { discoverAuthorizationServer } from '../src/discovery/authorization-server.ts';
import { discoverResource } from '../src/discovery/resource.ts';
import { createOutboundFetch } from '../src/outbound-fetch.ts';
import { type ScriptedAnswer, startScriptedServer } from './support/scripted-server.ts';

/** A server that has documents at some paths and nothing elsewhere, and a way to ask it. */
async function startServer() {
  const documents: Record<string, ScriptedAnswer> = {};
  const server = await startScriptedServer(({ url }) => documents[url] ?? { status: 404, body: 'nothing' });
  const outboundFetch = createOutboundFetch({ timeoutSeconds: 1, maximumBytes: 65_536, ownOrigins: [server.origin], allowLoopback: false });
  const asked = () => server.requests.map(({ url }) => url);
  return { origin: server.origin, documents, outboundFetch, asked };
}

const metadataOf = (issuer: string, changes: Record<string, unknown> = {}) => ({
  body: {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    code_challenge_methods_supported: ['S256'],
    ...changes,
  },
});

const PLACES: [string, string[]][] = [
  ['', ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']],
  ['/', ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']],
  [
    '/a/tenant',
    [
      '/.well-known/oauth-authorization-server/a/tenant',
      '/.well-known/openid-configuration/a/tenant',
      '/a/tenant/.well-known/openid-configuration',
    ],
  ],
];

describe('where the metadata of an authorization server is looked for', () => {
  it.each(PLACES)('C-DISC-03: for an issuer with the path "%s" in this order', async (path, places) => {
    for (const [index, place] of places.entries()) {
      const { origin, documents, outboundFetch, asked } = await startServer();
      documents[place] = metadataOf(origin + path);
      expect(await discoverAuthorizationServer(origin + path, outboundFetch)).toMatchObject({ issuer: origin + path });
      expect(asked()).toEqual(places.slice(0, index + 1));
    }
  });

  it.each(PLACES)('C-DISC-03: for the path "%s" nowhere else, and where there is none is an error', async (path, places) => {
    const { origin, outboundFetch, asked } = await startServer();
    await expect(discoverAuthorizationServer(origin + path, outboundFetch)).rejects.toThrow('it has no metadata');
    expect(asked()).toEqual(places);
  });

  it('C-DISC-04: what is found first counts, even where it is of another issuer and the next would be right', async () => {
    const { origin, documents, outboundFetch, asked } = await startServer();
    const issuer = `${origin}/a/tenant`;
    documents['/.well-known/oauth-authorization-server/a/tenant'] = metadataOf(origin);
    documents['/a/tenant/.well-known/openid-configuration'] = metadataOf(issuer);
    await expect(discoverAuthorizationServer(issuer, outboundFetch)).rejects.toThrow();
    expect(asked()).toHaveLength(1);
  });

  it.each([400, 401, 403, 405, 410])('C-DISC-03: status %i is absence, as 404 is', async (status) => {
    const { origin, documents, outboundFetch } = await startServer();
    documents['/.well-known/oauth-authorization-server'] = { status, body: {} };
    documents['/.well-known/openid-configuration'] = metadataOf(origin);
    expect(await discoverAuthorizationServer(origin, outboundFetch)).toMatchObject({ issuer: origin });
  });

  it.each([500, 503, 408, 429, 301])('C-DISC-03: status %i is trouble, not absence', async (status) => {
    const { origin, documents, outboundFetch, asked } = await startServer();
    documents['/.well-known/oauth-authorization-server'] = { status, body: {} };
    documents['/.well-known/openid-configuration'] = metadataOf(origin);
    await expect(discoverAuthorizationServer(origin, outboundFetch)).rejects.toThrow();
    expect(asked()).toHaveLength(1);
  });

  it.each([
    ['no list of challenge methods', { code_challenge_methods_supported: undefined }],
    ['an empty one', { code_challenge_methods_supported: [] }],
    ['plain alone', { code_challenge_methods_supported: ['plain'] }],
    ['S256 in small letters', { code_challenge_methods_supported: ['s256'] }],
    ['a string instead of a list', { code_challenge_methods_supported: 'S256' }],
    ['a number for a scope', { scopes_supported: [1] }],
    ['an object of authentication methods', { token_endpoint_auth_methods_supported: { includes: 'all' } }],
  ])('C-DISC-05: refuses metadata with %s', async (_case, changes) => {
    const { origin, documents, outboundFetch } = await startServer();
    documents['/.well-known/oauth-authorization-server'] = metadataOf(origin, changes);
    await expect(discoverAuthorizationServer(origin, outboundFetch)).rejects.toThrow();
  });
});

describe('where the metadata of the API is looked for', () => {
  const WELL_KNOWN = '/.well-known/oauth-protected-resource';

  it('C-DISC-01: with the path of the resource, then at the root', async () => {
    const { origin, documents, outboundFetch, asked } = await startServer();
    const resource = `${origin}/notes/v1`;
    expect(await discoverResource(resource, undefined, outboundFetch)).toBeUndefined();
    documents[WELL_KNOWN] = { body: { resource } };
    expect(await discoverResource(resource, undefined, outboundFetch)).toEqual({ resource });
    documents[`${WELL_KNOWN}/notes/v1`] = { body: { resource, scopes_supported: ['a'] } };
    expect(await discoverResource(resource, undefined, outboundFetch)).toEqual({ resource, scopes_supported: ['a'] });
    const both = [`${WELL_KNOWN}/notes/v1`, WELL_KNOWN];
    expect(asked()).toEqual([...both, ...both, both[0]]);
  });

  it('C-DISC-01: where a challenge says, and then nowhere else', async () => {
    const { origin, documents, outboundFetch, asked } = await startServer();
    documents['/elsewhere'] = { body: { resource: origin } };
    documents[WELL_KNOWN] = { body: { resource: 'https://evil.example' } };
    expect(await discoverResource(origin, `${origin}/elsewhere`, outboundFetch)).toEqual({ resource: origin });
    expect(asked()).toEqual(['/elsewhere']);
  });

  it('C-DISC-02: what the root says of itself is not said of a resource below it', async () => {
    const { origin, documents, outboundFetch } = await startServer();
    documents[WELL_KNOWN] = { body: { resource: origin } };
    await expect(discoverResource(`${origin}/notes`, undefined, outboundFetch)).rejects.toThrow();
  });

  it.each([{ authorization_servers: 'https://as.example' }, { authorization_servers: [1] }, { scopes_supported: {} }])(
    'C-DISC-02: refuses metadata with %j',
    async (members) => {
      const { origin, documents, outboundFetch } = await startServer();
      documents[WELL_KNOWN] = { body: { resource: origin, ...members } };
      await expect(discoverResource(origin, undefined, outboundFetch)).rejects.toThrow('is not a list of strings');
    },
  );
});
