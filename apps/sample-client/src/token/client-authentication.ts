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
