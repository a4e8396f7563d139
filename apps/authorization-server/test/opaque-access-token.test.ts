import { randomBytes } from 'node:crypto';
import { createMovableClock } from '@rolecall/storage/test-support/movable-clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpaqueAccessTokens } from '../src/token/opaque-access-token.ts';
import { introspect, postToken } from './support/flow.ts';
import { startTestServer, TEST_SECRET, type TestServer } from './support/test-server.ts';

const RESOURCE = 'https://opaque.example';

describe('opaque access token', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    await server.registerResource({
      identifier: RESOURCE,
      name: 'Opaque',
      scopes: [{ name: 'secret-scope', description: 'See through' }],
      accessTokenFormat: 'opaque',
      resourceServers: ['opaque-server'],
    });
    await server.register({ id: 'opaque-server', grantTypes: [], redirectUris: [], scopes: [] });
    await server.register({ id: 'the-service', scopes: ['secret-scope'] });
  });
  afterAll(() => server.close());

  const token = async (): Promise<string> => {
    const form = { grant_type: 'client_credentials', client_id: 'the-service', client_secret: TEST_SECRET, scope: 'secret-scope' };
    return (await postToken(server, form)).json().access_token;
  };
  const ask = (presented: string) => introspect(server, presented, { client_id: 'opaque-server', client_secret: TEST_SECRET });

  it('tells nothing of what it is for, and no two have anything in common but their prefix, the key’s id and the hour', async () => {
    const [one, other] = [await token(), await token()];
    const bytes = Buffer.from(one.slice('rc_at_'.length), 'base64url');
    for (const word of ['the-service', 'secret-scope', 'opaque.example', 'iss', 'exp', server.issuer])
      for (const text of [one, bytes.toString('latin1'), bytes.toString('utf16le')]) expect(text).not.toContain(word);
    const rest = Buffer.from(other.slice('rc_at_'.length), 'base64url');
    expect(rest.subarray(0, 8)).toEqual(bytes.subarray(0, 8));
    expect(rest.subarray(8, 20)).not.toEqual(bytes.subarray(8, 20));
    expect(rest.subarray(20, 52)).not.toEqual(bytes.subarray(20, 52));
  });

  it('is inactive with any of its bits changed, in whichever part', async () => {
    const good = await token();
    expect(await ask(good)).toMatchObject({ active: true, client_id: 'the-service' });
    const bytes = Buffer.from(good.slice('rc_at_'.length), 'base64url');
    // The key's id, the hour, the nonce, the tag, the first and the last byte of what is encrypted.
    for (const index of [0, 3, 4, 7, 8, 19, 20, 35, 36, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] as number) ^ 1;
      expect(await ask(`rc_at_${changed.toString('base64url')}`)).toEqual({ active: false });
    }
  });

  it('is inactive cut, extended or written in another way', async () => {
    const good = await token();
    for (const bad of [good.slice(0, -4), `${good}AAAA`, `${good}=`, `${good} `, good.replace('rc_at_', 'RC_AT_'), good.slice(6), 'rc_at_'])
      expect(await ask(bad)).toEqual({ active: false });
    expect(await ask(`rc_at_${'A'.repeat(60_000)}`)).toEqual({ active: false });
  });

  it('of another server, or of one without the key any more, is inactive', async () => {
    const claims = { iss: server.issuer, sub: 'c', aud: RESOURCE, client_id: 'the-service', iat: 1, exp: 9_999_999_999, jti: 'j' };
    expect(await ask(createOpaqueAccessTokens([randomBytes(32)]).seal(claims))).toEqual({ active: false });
  });

  it('is opened by every instance while the key that encrypts it is replaced', async () => {
    const { now } = createMovableClock();
    const [old, young] = [randomBytes(32), randomBytes(32)];
    const claims = { iss: 'i', sub: 'c', aud: 'a', client_id: 'c', iat: now(), exp: now() + 1, jti: 'j' };
    const [before, during, after] = [[old], [old, young], [young, old]].map(createOpaqueAccessTokens);
    const last = createOpaqueAccessTokens([young]);
    for (const sealed of [before, during, after].map((tokens) => tokens?.seal(claims) as string)) {
      expect(during?.open(sealed)).toEqual(claims);
      expect(after?.open(sealed)).toEqual(claims);
    }
    expect(last.open(after?.seal(claims) as string)).toEqual(claims);
    expect(last.open(during?.seal(claims) as string)).toBeUndefined();
  });
});
