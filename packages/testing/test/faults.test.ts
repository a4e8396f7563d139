import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Ecosystem, startEcosystem } from '../src/start-ecosystem.ts';

let ecosystem: Ecosystem;
beforeAll(async () => {
  ecosystem = await startEcosystem();
});
afterEach(() => ecosystem.faults.clear());
afterAll(() => ecosystem.close());

const serviceToken = () => ecosystem.tokenFor(undefined, { scope: 'notes:read' });
const callNotes = (token: string, signal?: AbortSignal) =>
  fetch(`${ecosystem.resource}/notes`, { headers: { authorization: `Bearer ${token}` }, ...(signal && { signal }) });

/** The code of jose's refusal, or `valid`. */
const judged = (token: string): Promise<string> =>
  jwtVerify(token, createRemoteJWKSet(new URL(`${ecosystem.issuer}/jwks`), { cooldownDuration: 0 }), {
    issuer: ecosystem.issuer,
    audience: ecosystem.resource,
  }).then(
    () => 'valid',
    (error: unknown) => (error instanceof errors.JWTClaimValidationFailed ? `wrong ${error.claim}` : (error as { code: string }).code),
  );

describe('a token that is wrong', () => {
  it.each([
    ['expired-token', 'ERR_JWT_EXPIRED'],
    ['wrong-issuer', 'wrong iss'],
    ['wrong-audience', 'wrong aud'],
    ['unknown-kid', 'ERR_JWKS_NO_MATCHING_KEY'],
  ])('%s: as often as was asked for jose and the notes API refuse it, then no more', async (name, verdict) => {
    await ecosystem.faults.authorizationServer.activate(name, { count: 2 });
    for (const expected of [verdict, verdict, 'valid']) {
      const token = await serviceToken();
      expect(await judged(token)).toBe(expected);
      // A program has no notes: 403 says that its token was let in.
      const response = await callNotes(token);
      expect(response.status).toBe(expected === 'valid' ? 403 : 401);
      if (expected !== 'valid') expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
    }
  });

  it('stale-jwks: the published keys lack the one that signs', async () => {
    const token = await serviceToken();
    await ecosystem.faults.authorizationServer.activate('stale-jwks', { count: 2 });
    expect(await judged(token)).toBe('ERR_JWKS_NO_MATCHING_KEY');
    await ecosystem.faults.authorizationServer.clear('stale-jwks');
    expect(await judged(token)).toBe('valid');
  });
});

it('missing-iss: the kit’s own client, a library, takes no code from a response that does not say who sends it (RFC 9207)', async () => {
  await ecosystem.faults.authorizationServer.activate('missing-iss');
  await expect(ecosystem.tokenFor('alice')).rejects.toMatchObject({
    code: 'token_refused',
    message: expect.stringContaining('iss') as string,
  });
  expect(await ecosystem.tokenFor('alice')).toMatch(/^rc_at_|^ey/);
});

describe('an exchange that goes wrong', () => {
  const { timeout } = AbortSignal;

  it('server-error: status 500, and nothing is done', async () => {
    await ecosystem.faults.authorizationServer.activate('server-error');
    await expect(serviceToken()).rejects.toMatchObject({
      code: 'token_refused',
      message: expect.stringContaining('500') as string,
    });
    const token = await serviceToken();
    await ecosystem.faults.resourceServer.activate('server-error');
    expect([(await callNotes(token)).status, (await callNotes(token)).status]).toEqual([500, 403]);
  });

  it('slow: no answer for longer than anybody waits', async () => {
    const token = await serviceToken();
    await ecosystem.faults.resourceServer.activate('slow');
    await expect(callNotes(token, timeout(300))).rejects.toMatchObject({ name: 'TimeoutError' });
    expect((await callNotes(token)).status).toBe(403);
  });

  it('dropped-response: the connection ends before the answer comes', async () => {
    const token = await serviceToken();
    await ecosystem.faults.resourceServer.activate('dropped-response');
    await expect(callNotes(token)).rejects.toThrow('fetch failed');
    expect((await callNotes(token)).status).toBe(403);
  });

  it('dropped-response at every path: the authorization server is away, and comes back', async () => {
    const token = await serviceToken();
    expect((await callNotes(token)).status).toBe(403);
    await ecosystem.faults.authorizationServer.activate('dropped-response', { path: '/', count: 1_000 });
    await expect(serviceToken()).rejects.toMatchObject({
      code: 'token_refused',
      message: expect.stringContaining('is a fault active') as string,
    });
    // What the resource server knows already it goes on with.
    expect((await callNotes(token)).status).toBe(403);
    await ecosystem.faults.authorizationServer.clear();
    expect((await callNotes(await serviceToken())).status).toBe(403);
  });

  it('malformed-json: the answer ends in the middle', async () => {
    await ecosystem.faults.authorizationServer.activate('malformed-json');
    await expect(serviceToken()).rejects.toMatchObject({ code: 'token_refused' });
    expect(await judged(await serviceToken())).toBe('valid');
  });

  it('at the client: its callback fails, and is marked in the record', async () => {
    await ecosystem.faults.client.activate('server-error');
    ecosystem.forgetExchanges();
    expect((await fetch(`${ecosystem.client}/callback?code=a&state=b`)).status).toBe(500);
    expect(ecosystem.exchanges()).toMatchObject([{ to: 'client', fault: 'server-error', response: { status: 500 } }]);
  });
});

describe('what was asked for', () => {
  it('is in a catalogue, with what it does, and can be looked at and taken back', async () => {
    const { authorizationServer } = ecosystem.faults;
    expect(authorizationServer.catalogue.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['expired-token', 'server-error', 'missing-iss']),
    );
    for (const { description } of authorizationServer.catalogue) expect(description).not.toBe('');
    await authorizationServer.activate('expired-token', { count: 3 });
    expect(authorizationServer.active()).toEqual([{ name: 'expired-token', remaining: 3 }]);
    await ecosystem.faults.clear();
    expect(authorizationServer.active()).toEqual([]);
  });

  it('is refused with the names that there are where there is no such fault, and in words where it makes no sense', async () => {
    const { resourceServer } = ecosystem.faults;
    await expect(resourceServer.activate('expired-token')).rejects.toMatchObject({
      code: 'unknown_fault',
      message: expect.stringMatching(/resource server has no fault "expired-token"; it has .*slow/) as string,
    });
    await expect(resourceServer.activate('slow', { count: 0 })).rejects.toMatchObject({ code: 'invalid_options' });
    await expect(resourceServer.activate('slow', { path: 'notes' })).rejects.toMatchObject({ code: 'invalid_options' });
  });
});
