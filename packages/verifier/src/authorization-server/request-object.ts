import { importJWK, SignJWT } from 'jose';
import type { Fields } from '../http.ts';
import type { AuthorizationServer } from './subject.ts';
import type { KnownClient } from './target.ts';

/** What is different from a right request object. */
export interface ObjectChanges {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  /** Signs with another private JWK than the client's. */
  key?: Record<string, unknown>;
}

/** A signed request object (RFC 9101 §4) with these parameters. */
export async function requestObject(
  server: AuthorizationServer,
  client: KnownClient,
  parameters: Fields,
  { claims = {}, header = {}, key = client.key ?? {} }: ObjectChanges = {},
): Promise<string> {
  const alg = typeof key['alg'] === 'string' ? key['alg'] : 'ES256';
  const now = Math.floor(Date.now() / 1000);
  const own = { iss: client.client_id, aud: server.metadata.issuer, iat: now, nbf: now, exp: now + 300 };
  return new SignJWT({ ...JSON.parse(JSON.stringify(parameters)), ...own, ...claims })
    .setProtectedHeader({ alg, kid: String(key['kid'] ?? 'verifier-1'), typ: 'oauth-authz-req+jwt', ...header })
    .sign(await importJWK(key, alg));
}
