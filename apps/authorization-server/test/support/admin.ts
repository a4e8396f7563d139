import type { LightMyRequestResponse } from 'fastify';
import { expect } from 'vitest';
import { postToken } from './flow.ts';
import type { TestServer } from './test-server.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE' | 'HEAD';

/** Calls the administration with one token. */
export type Admin = (method: Method, path: string, body?: object) => Promise<LightMyRequestResponse>;

/** A token for the administration, of the seeded administrator or of another client. */
export async function adminToken(
  server: TestServer,
  scope?: string,
  credentials = { client_id: 'rolecall-admin', client_secret: 'rolecall-admin-secret' },
): Promise<string> {
  const response = await postToken(server, {
    grant_type: 'client_credentials',
    resource: `${server.issuer}/admin`,
    ...credentials,
    ...(scope !== undefined && { scope }),
  });
  expect(response.statusCode).toBe(200);
  return response.json().access_token;
}

export function adminWith(server: TestServer, token: string): Admin {
  return (method, path, body) =>
    server.app.inject({
      method,
      url: `/admin${path}`,
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { payload: body }),
    });
}

/** An administrator with all scopes, or with these alone. */
export async function openAdmin(server: TestServer, scope?: string): Promise<Admin> {
  return adminWith(server, await adminToken(server, scope));
}

/** Asserts a refusal that is not about the token. */
export function expectRefusal(response: LightMyRequestResponse, status: number, error: string): void {
  expect({ status: response.statusCode, error: response.json().error }).toEqual({ status, error });
  expect(response.json().error_description).toMatch(/\S/);
  expect(response.headers['cache-control']).toBe('no-store');
}

/** Asserts a challenge (RFC 6750 §3). */
export function expectChallenge(response: LightMyRequestResponse, status: number, error: string | undefined, scope?: string): void {
  expect({ status: response.statusCode, error: response.json().error }).toEqual({ status, error });
  const challenge = String(response.headers['www-authenticate']);
  expect(challenge).toMatch(/^Bearer realm="administration"/);
  if (error === undefined) expect(challenge).not.toContain('error=');
  else expect(challenge).toContain(`error="${error}"`);
  if (scope !== undefined) expect(challenge).toContain(`scope="${scope}"`);
  expect(challenge).toContain('resource_metadata="http://localhost:4000/.well-known/oauth-protected-resource/admin"');
}

/** All entries of a list, page by page. */
export async function readAll(admin: Admin, path: string, limit: number): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ limit: String(limit), ...(cursor !== undefined && { cursor }) });
    const response = await admin('GET', `${path}${path.includes('?') ? '&' : '?'}${query.toString()}`);
    expect(response.statusCode).toBe(200);
    expect(response.json().items.length).toBeLessThanOrEqual(limit);
    items.push(...response.json().items);
    cursor = response.json().next_cursor;
  } while (cursor !== undefined);
  return items;
}
