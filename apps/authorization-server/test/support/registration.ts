import type { LightMyRequestResponse } from 'fastify';
import type { TestServer } from './test-server.ts';

export type Metadata = Record<string, unknown>;

export interface Registered {
  client_id: string;
  client_secret?: string;
  registration_access_token: string;
  registration_client_uri: string;
  [member: string]: unknown;
}

const REDIRECT_URI = 'https://client.example/callback';

/** Registers a web client with one redirect URI, changed; a member that is undefined is left out. */
export function postRegistration(server: TestServer, changes: Metadata = {}, token?: string): Promise<LightMyRequestResponse> {
  const url = new URL(`${server.issuer}/register`).pathname;
  const headers = { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  return server.app.inject({ method: 'POST', url, headers, payload: JSON.stringify({ redirect_uris: [REDIRECT_URI], ...changes }) });
}

/** The same, and what it answered. */
export async function registerClient(server: TestServer, changes: Metadata = {}): Promise<Registered> {
  const response = await postRegistration(server, changes);
  if (response.statusCode !== 201) throw new Error(`not registered: ${response.body}`);
  return response.json();
}

/** A request to the client's own address. */
export function manage(
  server: TestServer,
  { registration_client_uri, registration_access_token }: Pick<Registered, 'registration_client_uri' | 'registration_access_token'>,
  method: 'GET' | 'PUT' | 'DELETE',
  body?: unknown,
): Promise<LightMyRequestResponse> {
  return server.app.inject({
    method,
    url: new URL(registration_client_uri).pathname,
    headers: { authorization: `Bearer ${registration_access_token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { payload: JSON.stringify(body) }),
  });
}
