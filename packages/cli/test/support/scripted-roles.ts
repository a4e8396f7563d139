import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { freePorts } from '@rolecall/test-services/free-ports';
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { onTestFinished } from 'vitest';
import type { Settings } from '../../src/doctor/settings.ts';

export interface Reply {
  status?: number;
  headers?: Record<string, string | string[]>;
  /** A text, or what is sent as JSON. */
  body?: string | object;
}

/** What a role answers, by method and path: `GET /jwks`. `undefined`: nothing, ever. */
export type Routes = Record<string, (url: URL, request: IncomingMessage) => Reply | undefined | Promise<Reply | undefined>>;

export interface ScriptedRoles {
  settings: Settings;
  authorizationServer: Routes;
  resourceServer: Routes;
  client: Routes;
  /** A change to the authorization server's metadata. */
  metadata: Record<string, unknown>;
  /** A change to the claims of the tokens that it issues, and to their header. */
  claims: Record<string, unknown>;
  header: Record<string, unknown>;
  /** A change to the authorization request that the client's link makes. `undefined` leaves a parameter out. */
  link: Record<string, string | undefined>;
  /** Stops listening: from then on nothing is there. */
  close(role: 'authorizationServer' | 'resourceServer' | 'client'): Promise<void>;
}

export const SECRET = 'a-secret-of-the-tests';

const CORS = { 'access-control-allow-origin': '*' };
const PREFLIGHT: Reply = { status: 204, headers: { ...CORS, 'access-control-allow-headers': 'authorization,content-type' } };

/** Three roles that fit, each a few lines, to be made wrong by a test. They end with it. */
export async function startScriptedRoles(): Promise<ScriptedRoles> {
  const [as = 0, rs = 0, web = 0] = await freePorts(3);
  const [issuer, resource, client] = [as, rs, web].map((port) => `http://localhost:${port}`) as [string, string, string];
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig', kid: 'k' };
  const changes = { metadata: {}, claims: {}, header: {}, link: {} } as Pick<ScriptedRoles, 'metadata' | 'claims' | 'header' | 'link'>;

  const authorizationServer: Routes = {
    'GET /.well-known/oauth-authorization-server': () => ({
      headers: CORS,
      body: {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        code_challenge_methods_supported: ['S256'],
        authorization_response_iss_parameter_supported: true,
        ...changes.metadata,
      },
    }),
    'GET /jwks': () => ({ headers: CORS, body: { keys: [jwk] } }),
    'GET /authorize': () => ({ status: 303, headers: { location: '/login' } }),
    'GET /login': () => ({
      headers: { 'content-type': 'text/html', 'set-cookie': 'as=1; Path=/; HttpOnly; SameSite=Lax' },
      body: '<h1>Log in</h1>',
    }),
    'POST /token': async () => {
      const now = Math.floor(Date.now() / 1000);
      const claims = {
        iss: issuer,
        aud: resource,
        sub: 'service',
        client_id: 'service',
        iat: now,
        exp: now + 60,
        jti: 'one',
        ...changes.claims,
      };
      const token = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k', ...changes.header })
        .sign(privateKey);
      return { headers: CORS, body: { access_token: token, token_type: 'Bearer', expires_in: 60 } };
    },
  };
  const challenge = `Bearer realm="x", resource_metadata="${resource}/.well-known/oauth-protected-resource"`;
  const resourceServer: Routes = {
    'GET /.well-known/oauth-protected-resource': () => ({ body: { resource, authorization_servers: [issuer] } }),
    'OPTIONS /notes': () => PREFLIGHT,
    'GET /notes': async (_url, { headers }) => {
      const genuine = await jwtVerify(headers.authorization?.replace('Bearer ', '') ?? '', publicKey).catch(() => undefined);
      return genuine ? { body: { notes: [] } } : { status: 401, headers: { 'www-authenticate': challenge } };
    },
  };
  const start: Routes = {
    'GET /': () => {
      const parameters = {
        response_type: 'code',
        client_id: 'web',
        redirect_uri: `${client}/callback`,
        state: 'abc',
        code_challenge: 'abc',
        code_challenge_method: 'S256',
        resource,
        ...changes.link,
      };
      const query = new URLSearchParams(Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined));
      const html = `<h1>Notes</h1><a href="${issuer}/authorize?${query}">Connect</a>`.replaceAll('&', '&amp;');
      return { headers: { 'content-type': 'text/html', 'set-cookie': 'web=1; Path=/; HttpOnly; SameSite=Lax' }, body: html };
    },
  };

  const close = {
    authorizationServer: await listen(as, authorizationServer),
    resourceServer: await listen(rs, resourceServer),
    client: await listen(web, start),
  };
  onTestFinished(async () => {
    for (const each of Object.values(close)) await each();
  });
  const settings: Settings = {
    issuer,
    resource,
    client,
    redirectUri: `${client}/callback`,
    api: `${resource}/notes`,
    origin: client,
    originAsked: false,
    without: new Set(),
    credentials: { id: 'service', secret: SECRET, asked: true },
  };
  return { settings, authorizationServer, resourceServer, client: start, ...changes, close: (role) => close[role]() };
}

async function listen(port: number, routes: Routes): Promise<() => Promise<void>> {
  const server = createServer((request, response) => void answer(routes, request, response));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return async () => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
}

async function answer(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
  const route = routes[`${request.method} ${url.pathname}`] ?? ((): Reply => ({ status: 404 }));
  const reply = await route(url, request);
  if (reply === undefined) return;
  const { status = 200, headers = {}, body = '' } = reply;
  response.writeHead(status, { ...(typeof body === 'object' && { 'content-type': 'application/json' }), ...headers });
  response.end(typeof body === 'object' ? JSON.stringify(body) : body);
}
