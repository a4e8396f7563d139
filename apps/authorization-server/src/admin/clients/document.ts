import { signingAlgorithm } from '@rolecall/contracts/jwks';
import { scopeTokens } from '@rolecall/contracts/scope';
import { isLoopback } from '@rolecall/service-kit/config';
import { InvalidRequestError } from '@rolecall/service-kit/invalid-request';
import { validate } from '@rolecall/service-kit/validate';
import * as z from 'zod';
import { isSafeRedirectUri } from '../../authorize/redirect-uri.ts';
import { holdsPrivateKey, verificationKeys } from '../../clients/key-set.ts';
import type { Client } from '../../stores/types.ts';
import { lifetime, scope, text } from '../fields.ts';

/** The id of a client that is chosen here: nothing that would have to be encoded in an address. `usr_` is the users' (RFC 9700 §4.15). */
export const clientId = z
  .string()
  .regex(/^[A-Za-z0-9._~-]{1,128}$/, 'must be 1 to 128 letters, digits and . _ ~ -')
  .refine((id) => !id.startsWith('usr_'), 'must not begin with usr_');

const MAXIMUM_LIFETIME = 10 * 366 * 86_400;

const isPlainUri = (value: string) => URL.canParse(value) && /^[\x21-\x7e]+$/.test(value);

/** As clients that register themselves may have it: http too. */
const webUri = z
  .string()
  .max(2000)
  .refine((value) => isPlainUri(value) && /^https?:$/.test(new URL(value).protocol), 'must be an http or https address');

const keysUri = z
  .string()
  .max(2000)
  .refine(
    (value) => isPlainUri(value) && (new URL(value).protocol === 'https:' || (new URL(value).protocol === 'http:' && isLoopback(value))),
    'must be an https address',
  );

const redirectUri = z
  .string()
  .max(2000)
  .refine(isSafeRedirectUri, 'must be https, http on this machine or a private-use scheme with a dot, without fragment');

const jwks = z
  .strictObject({ keys: z.array(z.record(z.string(), z.unknown())).min(1).max(50) })
  .refine((set) => !holdsPrivateKey(set), 'must hold public keys only')
  .refine((set) => verificationKeys(set).length > 0, 'must hold a key that signatures can be verified with')
  // As JSON writes what no store takes.
  .refine((set) => !/\\u(?:0000|d[89a-f])/.test(JSON.stringify(set)), 'must be well-formed and without NUL');

/** What every client has. */
const settings = {
  client_name: text(200),
  token_endpoint_auth_method: z.enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']),
  application_type: z.enum(['web', 'native']),
  grant_types: z.array(z.enum(['authorization_code', 'refresh_token', 'client_credentials'])).max(10),
  redirect_uris: z.array(redirectUri).max(50),
  scope: scope.meta({ description: 'The scopes that this client may ask for, at whichever resource.' }),
  require_pkce: z.boolean(),
  refresh_token_rotation: z.enum(['always', 'near_expiry', 'never']),
  verified: z.boolean().meta({ description: 'False where nobody vouches for the name: the consent page says so.' }),
  disabled: z.boolean().meta({ description: 'A client that is disabled loses all that was issued to it, and all that users allowed it.' }),
};

/** What a client may have. */
const optional = {
  jwks,
  jwks_uri: keysUri,
  token_endpoint_auth_signing_alg: z.string().regex(/^[A-Za-z0-9]{1,20}$/, 'must be the name of an algorithm'),
  introspection_signed_response_alg: signingAlgorithm,
  refresh_token_idle_lifetime: lifetime(60, MAXIMUM_LIFETIME).meta({ description: 'Seconds.' }),
  refresh_token_absolute_lifetime: lifetime(60, MAXIMUM_LIFETIME).meta({ description: 'Seconds.' }),
};

/** What it says of itself for people. */
const information = {
  client_uri: webUri,
  logo_uri: webUri,
  tos_uri: webUri,
  policy_uri: webUri,
  contacts: z.array(text(200)).max(10),
  software_id: text(200),
  software_version: text(200),
};

const DEFAULTS = {
  token_endpoint_auth_method: 'client_secret_basic',
  application_type: 'web',
  grant_types: ['authorization_code'],
  redirect_uris: [],
  scope: '',
  require_pkce: true,
  refresh_token_rotation: 'always',
  verified: true,
  disabled: false,
};

const members = { ...settings, ...z.strictObject({ ...optional, ...information }).partial().shape };

/** A client, as the API writes it: by the names of RFC 7591 §2 where it has them. */
export const clientDocument = z.strictObject({ client_id: z.string(), ...members }).meta({ id: 'Client' });

export type ClientDocument = z.infer<typeof clientDocument>;

export const newClient = z
  .strictObject({ client_id: clientId.optional(), ...z.strictObject(members).partial().shape, client_name: settings.client_name })
  .meta({ id: 'NewClient', description: 'Without client_id one is made. Without the other members they are as RFC 7591 §2 has them.' });

export const clientChanges = z
  .strictObject({
    ...z.strictObject(settings).partial().shape,
    ...z.strictObject(
      Object.fromEntries(Object.entries({ ...optional, ...information }).map(([name, schema]) => [name, schema.nullable().optional()])),
    ).shape,
  })
  .meta({ id: 'ClientChanges', description: 'What is not named stays; null takes a member away.' });

/** A new client as a whole. @throws InvalidRequestError when its members do not fit together. */
export function completeClient(given: z.infer<typeof newClient> & { client_id: string }): ClientDocument {
  return consistent({ ...DEFAULTS, ...given });
}

/** A client with changes. @throws InvalidRequestError when its members do not fit together then. */
export function changedClient(document: ClientDocument, changes: z.infer<typeof clientChanges>): ClientDocument {
  return consistent(
    Object.fromEntries(Object.entries({ ...document, ...changes }).filter(([, value]) => value !== null && value !== undefined)),
  );
}

/** @throws InvalidRequestError for members that contradict each other. */
export function consistent(candidate: unknown): ClientDocument {
  // What was kept under older rules may not be as the present ones have it.
  const document = validate(clientDocument, candidate, 'The client is not valid.');
  const problems = contradictions(document);
  if (problems.length === 0) return document;
  throw new InvalidRequestError(
    'The client is not valid.',
    problems.map(([field, problem]) => ({ field, problem })),
  );
}

function contradictions(document: ClientDocument): [field: string, problem: string][] {
  const { token_endpoint_auth_method: method, grant_types: grants, jwks: keys, jwks_uri: keysUri } = document;
  const { refresh_token_idle_lifetime: idle = 0, refresh_token_absolute_lifetime: absolute = Infinity } = document;
  const isPrivateUse = (uri: string) => !/^https?:/.test(uri);
  const checks: [boolean, string, string][] = [
    [keys !== undefined && keysUri !== undefined, 'jwks_uri', 'must not be there beside jwks (RFC 7591 §2)'],
    [method === 'private_key_jwt' && keys === undefined && keysUri === undefined, 'jwks', 'or jwks_uri is needed for private_key_jwt'],
    [method === 'none' && !document.require_pkce, 'require_pkce', 'must be true for a public client (OAuth 2.1 §7.5.1)'],
    [
      method === 'none' && grants.includes('client_credentials'),
      'grant_types',
      'must not have client_credentials for a public client (OAuth 2.1 §4.2)',
    ],
    [
      grants.includes('authorization_code') && document.redirect_uris.length === 0,
      'redirect_uris',
      'must not be empty for authorization_code',
    ],
    [
      grants.includes('refresh_token') && !grants.includes('authorization_code'),
      'grant_types',
      'must have authorization_code beside refresh_token',
    ],
    [
      document.application_type === 'web' && document.redirect_uris.some(isPrivateUse),
      'redirect_uris',
      'must not have a private-use scheme for a web application',
    ],
    [idle > absolute, 'refresh_token_idle_lifetime', 'must not be longer than refresh_token_absolute_lifetime'],
  ];
  return checks.filter(([wrong]) => wrong).map(([, field, problem]) => [field, problem]);
}

const INFORMATION = Object.keys(information);

/** The client that a document describes, without its secrets. */
export function toClient(document: ClientDocument): Client {
  const { jwks_uri, token_endpoint_auth_signing_alg, introspection_signed_response_alg } = document;
  const { refresh_token_idle_lifetime, refresh_token_absolute_lifetime } = document;
  return {
    id: document.client_id,
    name: document.client_name,
    tokenEndpointAuthMethod: document.token_endpoint_auth_method,
    applicationType: document.application_type,
    grantTypes: document.grant_types,
    redirectUris: document.redirect_uris,
    scopes: document.scope === '' ? [] : scopeTokens(document.scope),
    requirePkce: document.require_pkce,
    refreshTokenRotation: document.refresh_token_rotation,
    verified: document.verified,
    disabled: document.disabled,
    information: Object.fromEntries(Object.entries(document).filter(([name, value]) => INFORMATION.includes(name) && value !== undefined)),
    secrets: [],
    ...(document.jwks !== undefined && { jwks: document.jwks }),
    ...(jwks_uri !== undefined && { jwksUri: jwks_uri }),
    ...(token_endpoint_auth_signing_alg !== undefined && { tokenEndpointAuthSigningAlg: token_endpoint_auth_signing_alg }),
    ...(introspection_signed_response_alg !== undefined && { introspectionSignedResponseAlg: introspection_signed_response_alg }),
    ...(refresh_token_idle_lifetime !== undefined && { refreshTokenIdleLifetime: refresh_token_idle_lifetime }),
    ...(refresh_token_absolute_lifetime !== undefined && { refreshTokenAbsoluteLifetime: refresh_token_absolute_lifetime }),
  };
}

/** A client as the API writes it. Nothing of its secrets. */
export function toDocument(client: Client): ClientDocument {
  return {
    client_id: client.id,
    client_name: client.name,
    token_endpoint_auth_method: client.tokenEndpointAuthMethod,
    application_type: client.applicationType,
    grant_types: client.grantTypes as ClientDocument['grant_types'],
    redirect_uris: [...client.redirectUris],
    scope: client.scopes.join(' '),
    require_pkce: client.requirePkce,
    refresh_token_rotation: client.refreshTokenRotation,
    verified: client.verified,
    disabled: client.disabled,
    ...Object.fromEntries(Object.entries(client.information).filter(([name]) => INFORMATION.includes(name))),
    ...(client.jwks && { jwks: client.jwks as ClientDocument['jwks'] }),
    ...(client.jwksUri && { jwks_uri: client.jwksUri }),
    ...(client.tokenEndpointAuthSigningAlg && { token_endpoint_auth_signing_alg: client.tokenEndpointAuthSigningAlg }),
    ...(client.introspectionSignedResponseAlg && { introspection_signed_response_alg: client.introspectionSignedResponseAlg }),
    ...(client.refreshTokenIdleLifetime && { refresh_token_idle_lifetime: client.refreshTokenIdleLifetime }),
    ...(client.refreshTokenAbsoluteLifetime && { refresh_token_absolute_lifetime: client.refreshTokenAbsoluteLifetime }),
  };
}
