import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Admin, openAdmin } from './support/admin.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

const KEY = { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43), kid: 'a', extra: 'x', 'an-extra': { deep: ['x'] } };
const LATER = '2999-01-01T00:00:00Z';

const CLIENT = {
  client_name: 'Odd',
  redirect_uris: ['https://client.example/callback'],
  grant_types: ['authorization_code'],
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_signing_alg: 'EdDSA',
  introspection_signed_response_alg: 'ES256',
  scope: 'notes:read',
  jwks: { keys: [KEY] },
  contacts: ['somebody'],
  client_uri: 'https://client.example',
  logo_uri: 'https://client.example/logo',
  software_id: 'one',
  software_version: '1',
};
const RESOURCE = {
  name: 'Odd',
  scopes: [{ name: 'odd', description: 'Odd' }],
  resource_servers: ['resource-server'],
  signing_algorithm: 'ES256',
};
const USER = { id: 'usr_odd', username: 'odd', name: 'Odd', disabled: false };

/** What each operation takes, all of it good. */
const BODIES: [method: 'POST' | 'PUT' | 'PATCH', path: string, body: object][] = [
  ['POST', '/clients', { client_id: 'odd', ...CLIENT }],
  [
    'PATCH',
    '/clients/sample-spa',
    { client_name: 'Sample', contacts: ['x'], software_id: 'x', client_uri: 'https://client.example', scope: 'notes:read' },
  ],
  ['POST', '/clients/sample-service/secrets', { expires_at: LATER, client_secret: 'kJ8-jd72LxPq_93mNvbZ4Rt6YwQs1Ce5HgUa' }],
  ['PUT', '/resources/https%3A%2F%2Fodd.example', RESOURCE],
  ['POST', '/users', { username: 'somebody', name: 'Some Body', password: 'a long enough password' }],
  ['POST', '/initial-access-tokens', { note: 'for a test', expires_at: LATER }],
  [
    'POST',
    '/configuration',
    {
      version: 1,
      resources: [{ identifier: 'https://odd.example', ...RESOURCE }],
      clients: [{ client_id: 'imported', ...imported(), secrets: [{ hash: 'A'.repeat(43), expires_at: LATER }] }],
      users: [USER],
    },
  ],
];

function imported() {
  const settings = { application_type: 'web', require_pkce: true, refresh_token_rotation: 'always', verified: true, disabled: false };
  return { ...CLIENT, ...settings };
}

const ODD = ['a\u0000b', 'a\ud800b', '\u202egnirts', '0000-01-01T00:00:00Z', '99999-01-01T00:00:00Z'];

/** The same, each time with another one of its texts replaced; an object's names are texts too, below where they are known. */
function* replaced(value: unknown, text: string): Generator<unknown> {
  if (typeof value === 'string') yield text;
  else if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) for (const other of replaced(element, text)) yield value.with(index, other);
  } else if (typeof value === 'object' && value !== null)
    for (const [name, member] of Object.entries(value)) {
      for (const other of replaced(member, text)) yield { ...value, [name]: other };
      if (name === 'extra') yield { ...value, [text]: member };
    }
}

describe('the administration, asked for what makes no sense,', () => {
  let server: TestServer;
  let admin: Admin;
  beforeAll(async () => {
    server = await startTestServer({ RATE_LIMITS: 'off' });
    admin = await openAdmin(server);
  });
  afterAll(() => server.close());

  it.each(BODIES)('%s %s: never fails, whichever member is odd', async (method, path, body) => {
    expect((await admin(method, path, body)).statusCode).toBeLessThan(300);
    for (const text of ODD) {
      const answers = await Promise.all([...replaced(body, text)].map((odd) => admin(method, path, odd as object)));
      expect(answers.filter(({ statusCode }) => statusCode >= 500).map((answer) => answer.body)).toEqual([]);
    }
  });

  it('never fails, whatever is in a query', async () => {
    const odd = [...ODD, '', '-1', '1e9', '9'.repeat(20), 'a'.repeat(300), '2026-02-30T00:00:00Z', '9999-12-31T23:59:59.999Z'];
    const positions = [...odd, ...odd.map((text) => [0, text]), [253_402_300_799_999, 'x'], [1e300, 'x'], null, 7, {}];
    const cursors = positions.map((position) => ['cursor', Buffer.from(JSON.stringify(position)).toString('base64url')] as const);
    const others = ['limit', 'cursor', 'username', 'type', 'client_id', 'user_id', 'since', 'until'];
    const queries = [...cursors, ...others.flatMap((name) => odd.map((text) => [name, encodeURIComponent(text.toWellFormed())] as const))];
    for (const list of ['/clients', '/resources', '/users', '/grants', '/audit-events', '/initial-access-tokens']) {
      const answers = await Promise.all(queries.map(([name, value]) => admin('GET', `${list}?${name}=${value}`)));
      expect(answers.filter(({ statusCode }) => statusCode >= 500).map(({ body }) => body)).toEqual([]);
    }
  });

  it('refuses what no database holds as bad input, by the name of the field', async () => {
    const cursor = Buffer.from(JSON.stringify('a\u0000b')).toString('base64url');
    for (const [method, path, body, field] of [
      ['GET', `/users?cursor=${cursor}`, undefined, 'cursor'],
      ['GET', '/audit-events?since=0000-01-01T00:00:00Z', undefined, 'since'],
      ['PUT', '/resources/https%3A%2F%2Fodd.example', { ...RESOURCE, resource_servers: ['a\u0000b'] }, 'resource_servers.0'],
      ['POST', '/clients', { ...CLIENT, jwks: { keys: [{ ...KEY, extra: 'a\u0000b' }] } }, 'jwks'],
      ['POST', '/clients', { ...CLIENT, client_name: 'Sample\u202eclient' }, 'client_name'],
      ['POST', '/users', { username: 'ali\u200bce', name: 'Alice', password: 'a long enough password' }, 'username'],
    ] as const) {
      const response = await admin(method, path, body);
      expect(response.statusCode, path).toBe(400);
      expect(response.json().details).toEqual([{ field, problem: expect.any(String) }]);
    }
  });

  it('a client whose name is from before the present rules can be shown, and changed with another name', async () => {
    await server.register({ id: 'from-before', name: 'Sample\u200bclient' });
    expect((await admin('GET', '/clients/from-before')).statusCode).toBe(200);
    expect((await admin('PATCH', '/clients/from-before', { require_pkce: true })).json().details).toMatchObject([{ field: 'client_name' }]);
    expect((await admin('PATCH', '/clients/from-before', { client_name: 'Sample' })).statusCode).toBe(200);
  });
});
