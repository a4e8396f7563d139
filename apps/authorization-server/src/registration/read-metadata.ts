import { assertionAlgorithms } from '@rolecall/contracts/client-authentication';
import { type ClientMetadata, clientMetadata } from '@rolecall/contracts/client-registration';
import { scopeString, scopeTokens } from '@rolecall/contracts/scope';
import { addressProblem } from '@rolecall/service-kit/addresses/guarded-lookup';
import { holdsPrivateKey, verificationKeys } from '../clients/key-set.ts';
import { OAuthError } from '../oauth-error.ts';
import type { Client } from '../stores/types.ts';
import { supportedAuthMethods } from '../token/client-authentication.ts';
import type { RegistrationPolicy } from './policy.ts';
import { checkRedirectUris } from './redirect-uris.ts';

/** What a registration decides of a client. */
export type RegisteredMetadata = Pick<
  Client,
  | 'name'
  | 'tokenEndpointAuthMethod'
  | 'tokenEndpointAuthSigningAlg'
  | 'introspectionSignedResponseAlg'
  | 'applicationType'
  | 'grantTypes'
  | 'redirectUris'
  | 'scopes'
  | 'jwks'
  | 'jwksUri'
  | 'information'
>;

export interface MetadataRules {
  policy: RegistrationPolicy;
  /** What may be registered for. */
  scopes: readonly string[];
  /** May `jwks_uri` lead to this machine? */
  allowLoopback: boolean;
}

/**
 * Reads client metadata (RFC 7591 §2): adds the defaults and refuses what contradicts itself or the policy. Nothing is fetched.
 *
 * @param fallbackName what the client is called when it gives itself no name.
 * @throws OAuthError `invalid_redirect_uri`, `invalid_client_metadata` or `unapproved_software_statement` (RFC 7591 §3.2.2).
 */
export function readMetadata(body: unknown, fallbackName: string, rules: MetadataRules): RegisteredMetadata {
  const metadata = parse(body);
  const applicationType = metadata.application_type ?? 'web';
  const method = readMethod(metadata);
  const grantTypes = readGrantTypes(metadata, method, rules.policy);
  const redirectUris = metadata.redirect_uris ?? [];
  if (redirectUris.length === 0 && grantTypes.includes('authorization_code'))
    throw new OAuthError('invalid_redirect_uri', 'redirect_uris is missing: the authorization code grant needs one.');
  checkRedirectUris(redirectUris, applicationType, rules.policy.redirectHosts);
  const { introspection_signed_response_alg: introspectionAlgorithm } = metadata;
  const { client_uri, logo_uri, tos_uri, policy_uri, contacts, software_id, software_version } = metadata;
  return {
    name: metadata.client_name ?? fallbackName,
    tokenEndpointAuthMethod: method,
    applicationType,
    grantTypes,
    redirectUris,
    scopes: readScopes(metadata, rules.scopes),
    information: withoutAbsent({ client_uri, logo_uri, tos_uri, policy_uri, contacts, software_id, software_version }),
    ...(introspectionAlgorithm !== undefined && { introspectionSignedResponseAlg: introspectionAlgorithm }),
    ...readKeys(metadata, method, rules.allowLoopback),
  };
}

function parse(body: unknown): ClientMetadata {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid('The body must be a JSON object.');
  // Null says that a member is not there (RFC 7592 §2.2).
  const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
  // Nobody's signature is trusted here, so that none is looked at (RFC 7591 §3.2.2).
  if ('software_statement' in given)
    throw new OAuthError('unapproved_software_statement', 'Software statements are not accepted by this server.');
  const result = clientMetadata.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const member = String(issue?.path[0]);
  throw member === 'redirect_uris'
    ? new OAuthError('invalid_redirect_uri', 'redirect_uris must be a list of at most 20 URIs.')
    : invalid(`${member} is malformed.`);
}

function readMethod({ token_endpoint_auth_method: method = 'client_secret_basic' }: ClientMetadata): Client['tokenEndpointAuthMethod'] {
  const known = supportedAuthMethods.find((each) => each === method);
  if (known === undefined) throw invalid(`token_endpoint_auth_method must be one of ${supportedAuthMethods.join(', ')}.`);
  return known;
}

/** Grants and response types belong together (RFC 7591 §2.1): `code` exactly with the authorization code grant. */
function readGrantTypes(metadata: ClientMetadata, method: string, policy: RegistrationPolicy): string[] {
  const grantTypes = [...new Set(metadata.grant_types ?? ['authorization_code'])];
  const usesCodes = grantTypes.includes('authorization_code');
  const responseTypes = metadata.response_types ?? (usesCodes ? ['code'] : []);
  if (grantTypes.some((each) => !policy.grantTypes.includes(each)))
    throw invalid(`grant_types may have here: ${policy.grantTypes.join(', ')}.`);
  if (responseTypes.some((each) => each !== 'code')) throw invalid('The only response type here is code.');
  if (responseTypes.includes('code') !== usesCodes) throw invalid('grant_types and response_types contradict each other.');
  if (grantTypes.includes('refresh_token') && !usesCodes) throw invalid('refresh_token needs authorization_code beside it.');
  if (grantTypes.includes('client_credentials') && method === 'none') throw invalid('client_credentials is not for public clients.');
  return grantTypes;
}

function readScopes({ scope }: ClientMetadata, registrable: readonly string[]): string[] {
  if (scope === undefined || scope === '') return [...registrable];
  const scopes = scopeString.safeParse(scope).success ? scopeTokens(scope) : [];
  if (scopes.length === 0 || scopes.some((each) => !registrable.includes(each)))
    throw invalid('scope has something that cannot be registered here.');
  return scopes;
}

function readKeys(
  metadata: ClientMetadata,
  method: string,
  allowLoopback: boolean,
): Pick<Client, 'jwks' | 'jwksUri' | 'tokenEndpointAuthSigningAlg'> {
  const { jwks, jwks_uri: jwksUri, token_endpoint_auth_signing_alg: algorithm } = metadata;
  if (jwks !== undefined && jwksUri !== undefined) throw invalid('jwks and jwks_uri exclude each other.');
  if (method === 'private_key_jwt' && jwks === undefined && jwksUri === undefined) throw invalid('private_key_jwt needs jwks or jwks_uri.');
  if (algorithm !== undefined && !assertionAlgorithms.some((each) => each === algorithm))
    throw invalid(`token_endpoint_auth_signing_alg must be one of ${assertionAlgorithms.join(', ')}.`);
  if (jwksUri !== undefined && addressProblem(jwksUri, allowLoopback) !== undefined)
    throw invalid(`jwks_uri ${addressProblem(jwksUri, allowLoopback)}.`);
  if (holdsPrivateKey(jwks)) throw invalid('jwks has a private key. Replace that key: it is not secret any more.');
  const keys = verificationKeys(jwks);
  if (jwks !== undefined && keys.length === 0) throw invalid('jwks has no public key that this server can use.');
  return {
    ...(jwks !== undefined && { jwks: { keys } }),
    ...(jwksUri !== undefined && { jwksUri }),
    ...(algorithm !== undefined && { tokenEndpointAuthSigningAlg: algorithm }),
  };
}

function withoutAbsent(members: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_client_metadata', description);
}
