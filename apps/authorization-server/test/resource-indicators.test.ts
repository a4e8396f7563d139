import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorizeUrl, expectError, expectRedirectError, getTokens, postToken, refresh } from './support/flow.ts';
import { openBrowser } from './support/browser.ts';
import { startTestServer, TEST_SECRET, type TestServer } from './support/test-server.ts';

const NOTES = 'http://localhost:4001';
const MAIL = 'https://mail.example/v1';
const CALENDAR = 'https://calendar.example';

describe('resource indicators', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    const scope = (name: string) => ({ name, description: name });
    await server.registerResource({ identifier: MAIL, name: 'Mail', scopes: [scope('mail'), scope('offline'), scope('shared')] });
    await server.registerResource({ identifier: CALENDAR, name: 'Calendar', scopes: [scope('calendar'), scope('shared')] });
    await server.register({ id: 'service', scopes: ['notes:read', 'mail', 'calendar', 'shared', 'nowhere'] });
    await server.register({ id: 'reader', scopes: ['notes:read'] });
  });
  afterAll(() => server.close());

  const ask = (changes: Record<string, string | undefined>, client = 'service') =>
    postToken(server, { grant_type: 'client_credentials', client_id: client, client_secret: TEST_SECRET, ...changes });

  async function audience(changes: Record<string, string | undefined>): Promise<unknown> {
    const response = await ask(changes);
    expect(response.statusCode).toBe(200);
    return decodeJwt(response.json().access_token).aud;
  }

  it('AS-RI-02: the token is for the resource that was asked for, and for no other', async () => {
    for (const resource of [NOTES, MAIL, CALENDAR]) expect(await audience({ resource })).toBe(resource);
  });

  it('AS-RI-03: without a resource the scopes decide, where they belong to one', async () => {
    expect(await audience({ scope: 'mail' })).toBe(MAIL);
    expect(await audience({ scope: 'calendar' })).toBe(CALENDAR);
    expect(await audience({ scope: 'calendar shared' })).toBe(CALENDAR);
  });

  it('AS-RI-03: where they decide nothing it is the default, whichever was registered first', async () => {
    expect(await audience({})).toBe(NOTES);
    // Both have it, and neither is the default, where it means nothing.
    expectError(await ask({ scope: 'shared' }), 400, 'invalid_scope');
    const other = await startTestServer();
    await other.registerResource({ identifier: MAIL, name: 'Mail', isDefault: true, scopes: [{ name: 'notes:read', description: 'x' }] });
    await other.register({ id: 'service', scopes: ['notes:read'] });
    const response = await postToken(other, { grant_type: 'client_credentials', client_id: 'service', client_secret: TEST_SECRET });
    expect(decodeJwt(response.json().access_token).aud).toBe(MAIL);
    const resources = await other.stores.resources.list();
    expect(resources.filter((resource) => resource.isDefault).map((resource) => resource.identifier)).toEqual([MAIL]);
    await other.close();
  });

  it('AS-RI-04 AS-CC-04: a scope that means nothing at the resource is refused', async () => {
    expectError(await ask({ resource: MAIL, scope: 'calendar' }), 400, 'invalid_scope');
    expectError(await ask({ resource: MAIL, scope: 'mail calendar' }), 400, 'invalid_scope');
    expectError(await ask({ scope: 'nowhere' }), 400, 'invalid_scope');
    expectError(await ask({ scope: 'mail calendar' }), 400, 'invalid_scope');
  });

  it('AS-CC-04: a scope or a resource beyond the client’s registration is refused', async () => {
    expectError(await ask({ resource: MAIL }, 'reader'), 400, 'invalid_target');
    expectError(await ask({ scope: 'notes:write' }, 'reader'), 400, 'invalid_scope');
  });

  it.each([
    '/notes',
    'notes',
    `${NOTES}#x`,
    'https://unknown.example',
    `${NOTES}/`,
    `${MAIL}/`,
    MAIL.toUpperCase(),
    'https://mail.example/V1',
  ])('AS-RI-01: %s is refused, at both endpoints', async (resource) => {
    expectError(await ask({ resource }), 400, 'invalid_target');
    expectRedirectError(await openBrowser(server.app).get(authorizeUrl({ resource })), 'invalid_target');
  });

  it('AS-RI-05: scheme and host are the same in upper case, and the token names them as registered', async () => {
    expect(await audience({ resource: 'HTTPS://Mail.EXAMPLE/v1' })).toBe(MAIL);
    expect(await audience({ resource: 'http://LOCALHOST:4001' })).toBe(NOTES);
    const { refresh_token } = await getTokens(server, { resource: 'HTTP://localhost:4001' }, { resource: 'http://LocalHost:4001' });
    const response = await refresh(server, refresh_token, { resource: 'HTTP://LOCALHOST:4001' });
    expect(decodeJwt(response.json().access_token).aud).toBe(NOTES);
  });

  it('AS-TOKEN-01: what is granted is said, though it was not asked for', async () => {
    expect((await ask({ resource: MAIL })).json().scope).toBe('mail shared');
  });

  it('a resource’s own lifetime counts', async () => {
    await server.registerResource({
      identifier: 'https://short.example',
      name: 'Short',
      scopes: [{ name: 'short', description: 's' }],
      accessTokenLifetime: 45,
    });
    await server.register({ id: 'brief', scopes: ['short'] });
    const response = (await ask({ resource: 'https://short.example' }, 'brief')).json();
    expect(response.expires_in).toBe(45);
    const { exp, iat } = decodeJwt(response.access_token);
    expect((exp as number) - (iat as number)).toBe(45);
  });
});
