import type { Clock } from '@rolecall/storage/clock';
import * as oauth from 'oauth4webapi';

/** The ways to prove with a secret who this client is, best first. */
const SECRET_METHODS = ['client_secret_basic', 'client_secret_post'] as const;

type SecretMethod = (typeof SECRET_METHODS)[number];

/** The way with a secret that an authorization server takes; undefined when it takes none. RFC 8414 §2: where the metadata is silent, it is `client_secret_basic`. */
export function secretMethod(authorizationServer: oauth.AuthorizationServer): SecretMethod | undefined {
  const offered = authorizationServer.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  return SECRET_METHODS.find((method) => offered.includes(method));
}

/** How the secret is sent. */
export function withSecret(method: SecretMethod, secret: string): oauth.ClientAuth {
  return method === 'client_secret_basic' ? oauth.ClientSecretBasic(secret) : oauth.ClientSecretPost(secret);
}

/** RFC 10070: what tells such an assertion from any other JWT that the key may sign. */
const ASSERTION_TYPE = 'client-authentication+jwt';

/** `private_key_jwt` (RFC 7523, RFC 10070): the library gives each assertion an id of its own, a minute to live and the issuer, as a string, for its audience. */
export function withKey(key: oauth.PrivateKey): oauth.ClientAuth {
  return oauth.PrivateKeyJwt(key, { [oauth.modifyAssertion]: (header) => void (header['typ'] = ASSERTION_TYPE) });
}

/** This client as the protocol library wants it: what it signs is of the clock's time. */
export function libraryClient(clientId: string, clock: Clock): oauth.Client {
  return { client_id: clientId, [oauth.clockSkew]: Math.round((clock.now() - Date.now()) / 1000) };
}
