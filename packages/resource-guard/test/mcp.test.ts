import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseChallenge } from '../test-support/challenge.ts';
import { type GuardedApi, startGuardedApi } from './support/guarded-api.ts';

// What the Model Context Protocol wants of a server that is guarded, as far as it is the guard's to give.
let api: GuardedApi;
beforeAll(async () => {
  api = await startGuardedApi({ allowedOrigins: ['https://app.example', 'http://localhost:6274'] });
});
afterAll(() => api.close());

const call = async (headers: Record<string, string>, url = '/read') => {
  const response = await api.app.inject({ url, headers });
  const header = response.headers['www-authenticate'];
  const challenge = header && parseChallenge(new Response(null, { headers: { 'www-authenticate': String(header) } }));
  return { status: response.statusCode, challenge, body: response.json() as Record<string, unknown> };
};
const bearer = async (claims: Record<string, unknown> = {}) => ({
  authorization: `Bearer ${await api.authorizationServer.token({ claims: { scope: 'read', ...claims } })}`,
});

describe('an MCP server', () => {
  it('RS-MCP-01, RS-MCP-02: says what is needed with each 401 and 403, all of it at once', async () => {
    expect((await call({})).challenge).toMatchObject({ scope: 'read', resource_metadata: expect.stringContaining('/.well-known/') });
    expect((await call(await bearer(), '/write')).challenge).toMatchObject({ error: 'insufficient_scope', scope: 'write' });
  });

  it('RS-MCP-03: answers 401 to what is no token, 403 to one that allows too little, 400 to what is malformed', async () => {
    expect((await call({ authorization: 'Bearer nonsense' })).status).toBe(401);
    expect((await call(await bearer(), '/write')).status).toBe(403);
    expect((await call(await bearer(), '/read?access_token=x')).status).toBe(400);
  });

  it('RS-MCP-04: lets nobody in with a token for another server', async () => {
    expect((await call(await bearer({ aud: 'https://other.example' }))).status).toBe(401);
    expect((await call(await bearer({ aud: ['https://other.example', 'https://api.example'] }))).status).toBe(401);
  });

  it('RS-MCP-05: lets in pages of the listed origins, and callers that are no pages', async () => {
    expect((await call(await bearer())).status).toBe(200);
    for (const origin of ['https://app.example', 'http://localhost:6274'])
      expect((await call({ ...(await bearer()), origin })).status).toBe(200);
  });

  it.each(['https://evil.example', 'https://app.example.evil.example', 'https://app.example:8443', 'http://app.example', 'null', '', 'x'])(
    'RS-MCP-05: answers 403 to the origin "%s", whatever the token',
    async (origin) => {
      for (const headers of [await bearer(), {}, { authorization: 'Bearer nonsense' }]) {
        const { status, challenge, body } = await call({ ...headers, origin });
        expect([status, challenge, body['error']]).toEqual([403, undefined, 'access_denied']);
      }
    },
  );
});
