import type { Profile } from '@rolecall/contracts/requirements/requirement';
import { exportJWK, generateKeyPair } from 'jose';
import type { Metadata } from './metadata.ts';
import type { ClientRole } from './target.ts';

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
export const EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** What a client registers (RFC 7591 §2). */
export type ClientMetadata = Record<string, unknown> & { token_endpoint_auth_method: string; redirect_uris?: string[] };

export interface NewClient {
  metadata: ClientMetadata;
  /** The private half of the key that is in the metadata. */
  key?: Record<string, unknown>;
}

export interface Circumstances {
  redirectUri: string;
  scope: string | undefined;
  server: Metadata;
  /** What is required beside OAuth 2.1. */
  profiles: readonly Profile[];
}

/** What to register for a part in the checks. Under FAPI nobody has a secret: clients authenticate with a key (FAPI 2.0 §5.3.2.1). */
export async function metadataFor(role: Exclude<ClientRole, 'resourceServer'>, circumstances: Circumstances): Promise<NewClient> {
  const { metadata, key } = await usualMetadata(role, circumstances);
  if (!circumstances.profiles.includes('fapi2') || metadata.token_endpoint_auth_method !== 'client_secret_basic')
    return { metadata, ...(key && { key }) };
  // Many servers serve others too, and go by what a client has registered.
  const keyed = { token_endpoint_auth_method: 'private_key_jwt', dpop_bound_access_tokens: true };
  if (key) return { metadata: { ...metadata, ...keyed }, key };
  const own = await newKey(preferred(circumstances.server.token_endpoint_auth_signing_alg_values_supported));
  return { metadata: { ...metadata, ...keyed, jwks: own.jwks }, key: own.key };
}

async function usualMetadata(role: Exclude<ClientRole, 'resourceServer'>, circumstances: Circumstances): Promise<NewClient> {
  const { redirectUri, scope, server } = circumstances;
  const own = { client_name: `Rolecall verifier (${role})`, ...(scope !== undefined && { scope }), ...idTokenAlgorithm(server) };
  const withUser = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], redirect_uris: [redirectUri] };
  const alone = { grant_types: ['client_credentials'], response_types: [] };
  const secret = { token_endpoint_auth_method: 'client_secret_basic' };
  const none = { token_endpoint_auth_method: 'none' };
  switch (role) {
    case 'web':
    case 'other':
      return { metadata: { ...own, ...withUser, ...secret } };
    case 'public':
      return { metadata: { ...own, ...withUser, ...none } };
    case 'bound':
      return { metadata: { ...own, ...withUser, ...none, dpop_bound_access_tokens: true } };
    case 'device':
      return { metadata: { ...own, ...none, grant_types: [DEVICE_GRANT, 'refresh_token'], response_types: [] } };
    case 'service':
      return { metadata: { ...own, ...alone, ...secret } };
    case 'exchange':
      return { metadata: { ...own, ...withUser, ...secret, grant_types: [...withUser.grant_types, EXCHANGE_GRANT] } };
    case 'logout':
      return { metadata: { ...own, ...withUser, ...secret, post_logout_redirect_uris: [`${redirectUri}/after`] } };
    case 'signing': {
      const { jwks, key } = await newKey('ES256');
      return { metadata: { ...own, ...alone, token_endpoint_auth_method: 'private_key_jwt', jwks }, key };
    }
    case 'requests': {
      const alg = preferred(server.request_object_signing_alg_values_supported);
      const { jwks, key } = await newKey(alg);
      return { metadata: { ...own, ...withUser, ...secret, jwks, request_object_signing_alg: alg }, key };
    }
  }
}

/** The algorithm to sign with, of those that a server takes: ES256 where nothing is said. */
export function preferred(supported: readonly string[] | undefined): string {
  const usual = ['ES256', 'PS256', 'EdDSA', 'RS256'];
  return usual.find((each) => supported === undefined || supported.includes(each)) ?? 'ES256';
}

/** A new key pair: the public half in a set, to be registered, and the private one. */
export async function newKey(alg: string): Promise<{ jwks: { keys: object[] }; key: Record<string, unknown> }> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const common = { alg, use: 'sig', kid: 'verifier-1' };
  return { jwks: { keys: [{ ...(await exportJWK(publicKey)), ...common }] }, key: { ...(await exportJWK(privateKey)), ...common } };
}

/** A client that says nothing gets RS256 (OpenID Connect Registration §2), and not all servers sign with that. */
function idTokenAlgorithm({ id_token_signing_alg_values_supported: supported }: Metadata): Record<string, string> {
  return supported === undefined || supported.includes('RS256') ? {} : { id_token_signed_response_alg: preferred(supported) };
}
