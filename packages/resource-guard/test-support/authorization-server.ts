import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import type { Clock } from '@rolecall/storage/clock';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { signClaims, type Signing, signToken, type TokenOptions } from './sign-token.ts';

/** What arrived at the authorization server. */
export interface ReceivedRequest {
  path: string;
  headers: IncomingMessage['headers'];
}

/** How it answers a path, whatever the query, instead of its usual document. */
export type Behaviour = (response: ServerResponse, request: { url: string; headers: IncomingMessage['headers']; body: string }) => void;

/** An authorization server of which a resource server sees no more than this: metadata, keys, and the tokens they sign. */
export interface FakeAuthorizationServer {
  issuer: string;
  requests: ReceivedRequest[];
  /** How many times its keys were asked for. */
  keyRequests(): number;
  /** The metadata's members, to be changed by a test. */
  metadata: Record<string, unknown>;
  /** The keys that it publishes, to be changed by a test. */
  keys: JWK[];
  /** Makes a new ES256 key the one it signs with, and publishes it beside the others. */
  rotate(): Promise<Signing>;
  /** From now on answers a path in another way; without one, as usual. */
  behave(path: string, behaviour?: Behaviour): void;
  /** Signs any claims with its key, as a JWT of a type. */
  sign(claims: Record<string, unknown>, typ: string): Promise<string>;
  /** A valid token for alice, except for what the options change. */
  token(options?: TokenOptions): Promise<string>;
  close(): Promise<void>;
}

export const METADATA_PATH = '/.well-known/oauth-authorization-server';
export const KEYS_PATH = '/jwks';

/** Starts one on a free port. `path` becomes the path of its issuer. */
export async function startAuthorizationServer(clock: Clock, audience: string, path = ''): Promise<FakeAuthorizationServer> {
  const requests: ReceivedRequest[] = [];
  const behaviours = new Map<string, Behaviour>();
  const metadata: Record<string, unknown> = {};
  const keys: JWK[] = [];
  let signing: Signing;

  const server = createServer((request, response) => {
    const url = request.url ?? '';
    requests.push({ path: url, headers: request.headers });
    const behaviour = behaviours.get(url.split('?', 1)[0] as string);
    if (behaviour) void text(request).then((body) => behaviour(response, { url, headers: request.headers, body }));
    else if (url === `${METADATA_PATH}${path}`) answer(response, 200, metadata);
    else if (url === KEYS_PATH) answer(response, 200, { keys });
    else answer(response, 404, {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = `${origin}${path}`;
  Object.assign(metadata, { issuer, jwks_uri: `${origin}${KEYS_PATH}` });

  const rotate = async (): Promise<Signing> => {
    signing = await createSigning(`key-${keys.length + 1}`);
    keys.push(await publicJwk(signing));
    return signing;
  };
  await rotate();

  return {
    issuer,
    requests,
    keyRequests: () => requests.filter((request) => request.path === KEYS_PATH).length,
    metadata,
    keys,
    rotate,
    behave: (at, behaviour) => void (behaviour ? behaviours.set(at, behaviour) : behaviours.delete(at)),
    sign: (claims, typ) => signClaims(claims, { ...signing, header: { ...signing.header, typ } }),
    token: (options = {}) => signToken({ issuer, audience, clock, signing, ...options }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A new key pair to sign with, and the header that goes with it. */
export async function createSigning(kid: string, alg = 'ES256'): Promise<Signing> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { key: privateKey, publicKey, header: { alg, typ: 'at+jwt', kid } };
}

/** The public half, as a key set lists it. */
export async function publicJwk({ publicKey, header }: Signing): Promise<JWK> {
  return { ...(await exportJWK(publicKey)), kid: header.kid as string, alg: header.alg, use: 'sig' };
}

/** Answers with JSON. */
export function answer(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
