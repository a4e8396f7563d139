import { authorizationServerMetadata } from '@rolecall/contracts/authorization-server-metadata';
import { protectedResourceMetadata } from '@rolecall/contracts/protected-resource-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseChallenge } from '@rolecall/resource-guard/test-support/challenge';
import { METADATA_PATH } from '@rolecall/resource-guard/test-support/authorization-server';
import { startResourceServer, type TestResourceServer } from './support/resource-server.ts';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

let server: TestResourceServer;
let versioned: TestResourceServer;
beforeAll(async () => {
  [server, versioned] = await Promise.all([
    startResourceServer(),
    startResourceServer({ resource: 'https://api.example/v1', issuerPath: '/tenant' }),
  ]);
});
afterAll(() => Promise.all([server.close(), versioned.close()]));

const read = async (from: TestResourceServer, path: string) => {
  const response = await from.request(path, { token: null });
  return { response, document: (await response.json()) as Record<string, unknown> };
};

describe('the metadata of a resource without a path', () => {
  it('RS-PRM-01: is JSON for everybody, browsers of any origin included', async () => {
    const { response } = await read(server, WELL_KNOWN);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/json\b/);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('cache-control')).toBe('public, max-age=300');
  });

  it('RS-PRM-02: names the resource by the identifier that leads to the document', async () => {
    const { document } = await read(server, WELL_KNOWN);
    expect(document['resource']).toBe('http://localhost:4001');
    expect(protectedResourceMetadata.strict().parse(document)).toEqual(document);
  });

  it('RS-PRM-03: names an issuer whose metadata says the same', async () => {
    const { document } = await read(server, WELL_KNOWN);
    const issuers = document['authorization_servers'] as string[];
    expect(issuers).toEqual([server.authorizationServer.issuer]);
    const metadata = await fetch(`${issuers[0]}${METADATA_PATH}`);
    expect(authorizationServerMetadata.pick({ issuer: true }).parse(await metadata.json()).issuer).toBe(issuers[0]);
  });

  it('RS-PRM-05, RS-PRM-06: lists the scopes and the one way to send a token, and nothing that is empty', async () => {
    const { document } = await read(server, WELL_KNOWN);
    expect(document['scopes_supported']).toEqual(['notes:read', 'notes:write']);
    expect(document['bearer_methods_supported']).toEqual(['header']);
    expect(JSON.stringify(document)).not.toContain('offline_access');
    expect(JSON.stringify(document)).not.toContain('[]');
  });

  it('RS-PRM-07: is nowhere else', async () => {
    for (const path of [
      `${WELL_KNOWN}/`,
      `${WELL_KNOWN}/notes`,
      `${WELL_KNOWN}/v1`,
      `/notes${WELL_KNOWN}`,
      `${WELL_KNOWN}x`,
      `/${WELL_KNOWN}`,
    ])
      expect((await read(server, path)).response.status).toBe(404);
  });

  it('RS-PRM-04: is named by every 401, 403 and 400 challenge', async () => {
    const { authorizationServer } = server;
    const responses = await Promise.all([
      server.request('/notes', { token: null }),
      server.request('/notes/x', { method: 'DELETE', token: null }),
      server.request('/notes', { token: 'abc' }),
      server.request('/notes', { token: await authorizationServer.token({ claims: { exp: 1 } }) }),
      server.request('/notes', { token: await authorizationServer.token({ claims: { scope: 'other' } }) }),
      server.request('/notes?access_token=x'),
    ]);
    for (const response of responses) expect(parseChallenge(response)['resource_metadata']).toBe(`http://localhost:4001${WELL_KNOWN}`);
  });
});

describe('the metadata of a resource with a path', () => {
  it('RS-PRM-01: is where the path is inserted, and RS-PRM-02 names the resource with it', async () => {
    const { response, document } = await read(versioned, `${WELL_KNOWN}/v1`);
    expect(response.status).toBe(200);
    expect(document).toMatchObject({
      resource: 'https://api.example/v1',
      authorization_servers: [versioned.authorizationServer.issuer],
    });
  });

  it('RS-PRM-07: is not where a resource without a path, or another one, would have it', async () => {
    for (const path of [
      WELL_KNOWN,
      `${WELL_KNOWN}/`,
      `${WELL_KNOWN}/v2`,
      `${WELL_KNOWN}/v1/`,
      `${WELL_KNOWN}/v1/notes`,
      `/v1${WELL_KNOWN}`,
    ])
      expect((await read(versioned, path)).response.status).toBe(404);
  });

  it('RS-PRM-04: is named by its challenges', async () => {
    const response = await versioned.request('/v1/notes', { token: null });
    expect(response.status).toBe(401);
    expect(parseChallenge(response)['resource_metadata']).toBe(`https://api.example${WELL_KNOWN}/v1`);
  });

  it('goes with an API below that path, and only there', async () => {
    const created = await versioned.request('/v1/notes', { method: 'POST', json: { title: 'Deep' } });
    expect(created.status).toBe(201);
    const location = created.headers.get('location') as string;
    expect(location).toMatch(/^https:\/\/api\.example\/v1\/notes\/[0-9a-f-]{36}$/);
    expect((await versioned.request(new URL(location).pathname)).status).toBe(200);
    expect((await versioned.request('/notes')).status).toBe(404);
  });

  it('RS-JWT-04: a token for the sibling resource on the same host is refused', async () => {
    const token = await versioned.authorizationServer.token({ claims: { aud: 'https://api.example/v2' } });
    expect((await versioned.request('/v1/notes', { token })).status).toBe(401);
  });
});
