import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Ecosystem, startEcosystem } from './support/ecosystem.ts';

let ecosystem: Ecosystem;
beforeAll(async () => {
  ecosystem = await startEcosystem();
});
afterAll(() => ecosystem.stop());

/** An access token of the development administrator, or of the sample service, for one resource. */
async function tokenOf(client: string, resource: string): Promise<string> {
  const response = await fetch(`${ecosystem.addresses.issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: client, client_secret: `${client}-secret`, resource }),
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { access_token: string }).access_token;
}

it('AS-RI-06: a token for one resource is refused by another one, both ways', async () => {
  const { issuer, resource } = ecosystem.addresses;
  const call = (url: string, token: string) => fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const admin = await tokenOf('rolecall-admin', `${issuer}/admin`);
  const notes = await tokenOf('sample-service', resource);

  expect((await call(`${issuer}/admin/clients`, admin)).status).toBe(200);
  for (const refused of [await call(`${issuer}/admin/clients`, notes), await call(`${resource}/notes`, admin)]) {
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token"/);
  }
});
