import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ecosystem, startEcosystem } from '../src/start-ecosystem.ts';

let ecosystem: Ecosystem;
beforeAll(async () => {
  ecosystem = await startEcosystem({
    users: [{ username: 'carol', password: 'simple', name: 'Carol' }],
    clients: [
      { client_id: 'a-web-app', client_secret: 'simple', redirect_uris: ['http://localhost:3000/callback'], scope: 'notes:read' },
      { client_id: 'a-program', client_secret: 'simple', scope: 'orders:read' },
      { client_id: 'a-stranger', client_secret: 'simple', redirect_uris: ['http://localhost:3001/callback'], scope: 'notes:read' },
    ],
    resources: [{ identifier: 'http://localhost:3002', name: 'Orders', scopes: ['orders:read'] }],
  });
});
afterAll(() => ecosystem.close());

const notesWith = async (token: string, method = 'GET'): Promise<number> => {
  const init = { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } };
  const response = await fetch(`${ecosystem.resource}/notes`, { ...init, ...(method === 'POST' && { body: '{"title":"A note"}' }) });
  await response.arrayBuffer();
  return response.status;
};

/** As a library sees it that knows nothing of this server. */
const verify = (token: string, audience = ecosystem.resource) =>
  jwtVerify(token, createRemoteJWKSet(new URL(`${ecosystem.issuer}/jwks`)), {
    issuer: ecosystem.issuer,
    audience,
    typ: 'at+jwt',
    currentDate: new Date(ecosystem.clock.now()),
  });

describe('a token of a user', () => {
  it.each(['sample-client', 'sample-spa', 'sample-cli', 'legacy-web'])('of %s is accepted by the notes API and by jose', async (client) => {
    const token = await ecosystem.tokenFor('alice', { client, scope: 'notes:read' });
    expect(await notesWith(token)).toBe(200);
    const { payload } = await verify(token);
    expect(payload).toMatchObject({ client_id: client, scope: 'notes:read', sub: expect.stringMatching(/^usr_/) as string });
  });

  it('has the scopes that were asked for, and no others: what needs another is refused', async () => {
    const reading = await ecosystem.tokenFor('alice', { scope: 'notes:read' });
    const writing = await ecosystem.tokenFor('alice', { scope: 'notes:write' });
    expect([await notesWith(reading, 'POST'), await notesWith(writing, 'POST')]).toEqual([403, 201]);
  });

  it('is for one user: another one has another subject', async () => {
    const [alice, bob] = await Promise.all(['alice', 'bob'].map((user) => ecosystem.tokenFor(user)));
    expect(decodeJwt(alice as string).sub).not.toBe(decodeJwt(bob as string).sub);
  });

  it('comes with a refresh token, and says for how long it is good', async () => {
    const tokens = await ecosystem.tokensFor('alice', { scope: 'notes:read' });
    expect(tokens).toMatchObject({
      token_type: 'bearer',
      expires_in: 600,
      scope: 'notes:read',
      refresh_token: expect.any(String) as string,
    });
  });

  it('can be had by a user and a client that were added', async () => {
    const token = await ecosystem.tokenFor('carol', { client: 'a-web-app', scope: 'notes:read' });
    expect(await notesWith(token)).toBe(200);
  });

  it('has what the user left ticked, where it left something out', async () => {
    const { scope } = await ecosystem.tokensFor('carol', {
      client: 'sample-spa',
      scope: 'notes:read notes:write',
      allowedScopes: ['notes:read'],
    });
    expect(scope).toBe('notes:read');
  });
});

describe('a token of a client for itself', () => {
  it.each(['sample-service', 'sample-service-jwt'])(
    'of %s is accepted: there are no notes of a program, which is another matter',
    async (client) => {
      const token = await ecosystem.tokenFor(undefined, { client, scope: 'notes:read' });
      expect(await notesWith(token)).toBe(403);
      expect((await verify(token)).payload).toMatchObject({ sub: client, client_id: client });
    },
  );

  it('is for the resource that was added, and is refused by the notes API', async () => {
    const token = await ecosystem.tokenFor(undefined, { client: 'a-program', scope: 'orders:read', resource: 'http://localhost:3002' });
    expect((await verify(token, 'http://localhost:3002')).payload).toMatchObject({ scope: 'orders:read' });
    expect(await notesWith(token)).toBe(401);
  });

  it('of a client with a key works after the clock was moved, too', async () => {
    ecosystem.clock.advance(86_400);
    const token = await ecosystem.tokenFor(undefined, { client: 'sample-service-jwt' });
    expect(await notesWith(token)).toBe(403);
    ecosystem.clock.reset();
  });
});

describe('what cannot be', () => {
  it.each([
    ['an unknown user', 'mallory', {}, 'unknown_user', /no user "mallory"; there are alice, bob, carol.*users: \[/],
    ['an unknown client', 'alice', { client: 'nobody' }, 'unknown_client', /no client "nobody"; there are sample-client,.*clients: \[/],
    [
      'a client without users',
      'alice',
      { client: 'sample-service' },
      'invalid_options',
      /tokenFor\(undefined, \{ client: 'sample-service' \}\)/,
    ],
    [
      'a scope that the client may not have',
      'alice',
      { client: 'a-web-app', scope: 'notes:write' },
      'authorization_refused',
      /invalid_scope.*"a-web-app" may ask for/,
    ],
    ['a scope that there is not', undefined, { scope: 'no:such' }, 'token_refused', /invalid_scope.*asked for was "no:such"/],
    ['a resource that there is not', undefined, { resource: 'http://localhost:3999' }, 'token_refused', /invalid_target.*resources: \[/],
    ['a user who refuses', 'bob', { client: 'a-stranger', decision: 'deny' }, 'access_denied', /bob refused/],
    ['a wrong password', 'bob', { password: 'guessed' }, 'login_refused', /bob could not log in/],
  ] as const)('%s is an error that says what to do', async (_what, user, request, code, message) => {
    const error = await ecosystem.tokenFor(user, request).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'EcosystemError', code, message: expect.stringMatching(message) as string });
  });
});

describe('authorize', () => {
  const url = (changes: Record<string, string> = {}) =>
    `${ecosystem.issuer}/authorize?${new URLSearchParams({
      response_type: 'code',
      client_id: 'a-web-app',
      redirect_uri: 'http://localhost:3000/callback',
      state: 'the-state',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
      ...changes,
    }).toString()}`;

  it('answers the authorization response, which nobody has followed', async () => {
    const response = await ecosystem.authorize('alice', url());
    expect(response.origin + response.pathname).toBe('http://localhost:3000/callback');
    expect(Object.fromEntries(response.searchParams)).toEqual({
      code: expect.stringMatching(/^rc_ac_/) as string,
      state: 'the-state',
      iss: ecosystem.issuer,
    });
  });

  it('answers a refusal as the client gets it', async () => {
    const response = await ecosystem.authorize('alice', url({ prompt: 'consent' }), { decision: 'deny' });
    expect(response.searchParams.get('error')).toBe('access_denied');
  });

  it('says what the page says that nobody is redirected from', async () => {
    const failing = ecosystem.authorize('alice', url({ redirect_uri: 'http://localhost:3000/elsewhere' }));
    await expect(failing).rejects.toMatchObject({
      code: 'authorization_refused',
      message: expect.stringMatching(/400 at .*redirect/i) as string,
    });
  });

  it('wants an address of the authorization server', async () => {
    await expect(ecosystem.authorize('alice', 'http://localhost:3000/login')).rejects.toMatchObject({ code: 'invalid_options' });
  });
});
