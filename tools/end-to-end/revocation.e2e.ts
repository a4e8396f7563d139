import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Ecosystem, startEcosystem } from './support/ecosystem.ts';

let ecosystem: Ecosystem;
beforeAll(async () => {
  ecosystem = await startEcosystem();
});
afterAll(() => ecosystem.stop());

/** Within which the resource server knows of a revocation without asking for each request. */
const BOUND_MILLISECONDS = 5_000;

async function post(path: string, form: Record<string, string>): Promise<Response> {
  const response = await fetch(`${ecosystem.addresses.issuer}${path}`, { method: 'POST', body: new URLSearchParams(form) });
  expect(response.status).toBe(200);
  return response;
}

const SERVICE = { client_id: 'sample-service', client_secret: 'sample-service-secret' };

async function tokenOf(client: Record<string, string>, resource: string): Promise<string> {
  const response = await post('/token', { grant_type: 'client_credentials', ...client, resource });
  return ((await response.json()) as { access_token: string }).access_token;
}

/** 403 for a service, which has no notes: its token was let in. 401 for a token that was not. */
const statusWith = async (token: string): Promise<number> =>
  (await fetch(`${ecosystem.addresses.resource}/notes`, { headers: { authorization: `Bearer ${token}` } })).status;

it('a JWT that was revoked is refused by the resource server within five seconds', async () => {
  const [doomed, other] = [await tokenOf(SERVICE, ecosystem.addresses.resource), await tokenOf(SERVICE, ecosystem.addresses.resource)];
  expect(doomed.split('.')).toHaveLength(3);
  expect(await statusWith(doomed)).toBe(403);
  await post('/revoke', { token: doomed, ...SERVICE });
  await expect.poll(() => statusWith(doomed), { timeout: BOUND_MILLISECONDS, interval: 100 }).toBe(401);
  expect(await statusWith(other)).toBe(403);
});

it('RS-INT-01: an opaque token is judged by introspection, and refused as soon as it was revoked', async () => {
  const { issuer, resource } = ecosystem.addresses;
  const admin = await tokenOf({ client_id: 'rolecall-admin', client_secret: 'rolecall-admin-secret' }, `${issuer}/admin`);
  const address = `${issuer}/admin/resources/${encodeURIComponent(resource)}`;
  const headers = { authorization: `Bearer ${admin}`, 'content-type': 'application/json' };
  const { identifier: _, ...content } = (await (await fetch(address, { headers })).json()) as Record<string, unknown>;
  const opaque = JSON.stringify({ ...content, access_token_format: 'opaque' });
  const changed = await fetch(address, { method: 'PUT', headers, body: opaque });
  expect(changed.status, await changed.text()).toBe(200);
  const token = await tokenOf(SERVICE, resource);
  expect(token).toMatch(/^rc_at_/);
  expect(await statusWith(token)).toBe(403);
  await post('/revoke', { token, ...SERVICE });
  expect(await statusWith(token)).toBe(401);
});
