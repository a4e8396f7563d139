import { randomUUID } from 'node:crypto';
import { importJWK, SignJWT } from 'jose';
import type { Fields } from '../http.ts';
import type { KnownClient } from './target.ts';

/** How a client shows who it is: what it adds to the headers and to the form. */
export interface ClientAuthentication {
  headers: Record<string, string>;
  form: Fields;
}

/** RFC 6749 §2.3.1: id and secret are encoded as in a form before they are joined. */
export function basic(id: string, secret: string): string {
  const encoded = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);
  return `Basic ${Buffer.from(`${encoded(id)}:${encoded(secret)}`).toString('base64')}`;
}

/** As the client has registered. @param issuer the audience of an assertion. */
export async function authenticate(client: KnownClient, issuer: string): Promise<ClientAuthentication> {
  const { client_id, client_secret = '', token_endpoint_auth_method: method } = client;
  switch (method) {
    case 'client_secret_basic':
      return { headers: { authorization: basic(client_id, client_secret) }, form: {} };
    case 'client_secret_post':
      return { headers: {}, form: { client_id, client_secret } };
    case 'none':
      return { headers: {}, form: { client_id } };
    case 'private_key_jwt':
      return { headers: {}, form: { client_id, ...(await assertion(client, { aud: issuer })) } };
  }
}

/** A signed assertion (RFC 7523 §2.2, RFC 10070), as parameters. @param claims what is different from a right one. */
export async function assertion(
  client: KnownClient,
  claims: Record<string, unknown>,
  header: Record<string, unknown> = {},
): Promise<Fields> {
  const key = client.key ?? {};
  const alg = typeof key['alg'] === 'string' ? key['alg'] : 'ES256';
  const now = Math.floor(Date.now() / 1000);
  const jwt = await new SignJWT({ iss: client.client_id, sub: client.client_id, jti: randomUUID(), iat: now, exp: now + 60, ...claims })
    .setProtectedHeader({ alg, ...(typeof key['kid'] === 'string' && { kid: key['kid'] }), ...header })
    .sign(await importJWK(key, alg));
  return { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: jwt };
}
