import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type CryptoKey, type JWK, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import { onTestFinished } from 'vitest';
import type { TestServer } from './test-server.ts';

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export interface TestKey {
  algorithm: string;
  privateKey: CryptoKey;
  publicJwk: JWK;
}

/** Makes a key pair. `kid` is in the public key, and, unless a test says otherwise, in what is signed. */
export async function makeKey(algorithm = 'ES256', kid = `${algorithm}-1`): Promise<TestKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return { algorithm, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid } };
}

export interface AssertionChanges {
  claims?: JWTPayload;
  header?: Partial<JWTHeaderParameters>;
}

let count = 0;

/** A client's assertion as it should be, changed; a claim that is undefined is left out. Signed by jose. */
export function sign(
  server: TestServer,
  clientId: string,
  key: TestKey,
  { claims = {}, header = {} }: AssertionChanges = {},
): Promise<string> {
  const now = Math.floor(server.clock.now() / 1000);
  const payload = { iss: clientId, sub: clientId, aud: server.issuer, iat: now, exp: now + 60, jti: `jti-${(count += 1)}`, ...claims };
  return new SignJWT(JSON.parse(JSON.stringify(payload)) as JWTPayload)
    .setProtectedHeader(JSON.parse(JSON.stringify({ alg: key.algorithm, kid: key.publicJwk.kid, ...header })) as JWTHeaderParameters)
    .sign(key.privateKey);
}

/** A client's own web server on this machine. `answer` says what is there; `requests` counts who asked. Ends with the test. */
export async function startPeer(answer: () => { status?: number; headers?: Record<string, string>; body: string }) {
  const peer = { url: '', requests: 0 };
  const server: Server = createServer((_request, response) => {
    peer.requests += 1;
    const { status = 200, headers = {}, body } = answer();
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  peer.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return peer;
}
