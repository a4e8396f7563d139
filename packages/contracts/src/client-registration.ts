import * as z from 'zod';
import { address } from './address.ts';
import { clientIdentifier } from './authorization-request.ts';
import { signingAlgorithm } from './jwks.ts';
import { isPlainText } from './plain-text.ts';

/** Words for people. */
const words = z.string().max(200).refine(isPlainText, 'must be plain text').meta({
  description: 'One line of text that shows to people as what it is.',
  pattern: '^(?=.*\\S)[^\\u0000-\\u001f\\u007f\\u2028\\u2029]+$',
});

/** Anything that a browser may be sent to. */
const webPage = z
  .string()
  .max(2000)
  .regex(/^https?:\/\/[\x21-\x7e]+$/, 'must be an http or https URL')
  .refine((value) => URL.canParse(value), 'must be an http or https URL');

/** What the server alone decides of a registration (RFC 7592 §2.2). */
export const registrationMembersOfServer = [
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
] as const;

/**
 * What a client says of itself when it registers (RFC 7591 §2, OpenID Connect Registration §2 for `application_type`, RFC 9701 §6).
 * Members that are not named are ignored (RFC 7591 §2), with `initiate_login_uri` and `sector_identifier_uri` among them.
 */
export const clientMetadata = z.object({
  redirect_uris: z.array(z.string().max(2000)).max(20).optional(),
  token_endpoint_auth_method: z.string().max(50).optional(),
  token_endpoint_auth_signing_alg: z.string().max(20).optional(),
  grant_types: z.array(z.string().max(100)).max(10).optional(),
  response_types: z.array(z.string().max(50)).max(10).optional(),
  application_type: z.enum(['web', 'native']).optional(),
  client_name: words.optional(),
  client_uri: webPage.optional(),
  logo_uri: webPage.optional(),
  tos_uri: webPage.optional(),
  policy_uri: webPage.optional(),
  contacts: z.array(words).max(10).optional(),
  software_id: words.optional(),
  software_version: words.optional(),
  scope: z.string().max(2000).optional(),
  introspection_signed_response_alg: signingAlgorithm.optional(),
  jwks: z.object({ keys: z.array(z.record(z.string(), z.unknown())).max(20) }).optional(),
  jwks_uri: z.string().max(2000).optional(),
});

export type ClientMetadata = z.infer<typeof clientMetadata>;

/**
 * What a client sends to replace its registration (RFC 7592 §2.2): all of its metadata, and who it is. It may repeat its secret, but not choose one,
 * and has no business to send what only the server decides.
 */
export const clientUpdate = z
  .looseObject({ ...clientMetadata.shape, client_id: clientIdentifier, client_secret: z.string().optional() })
  .refine((update) => registrationMembersOfServer.every((member) => !(member in update)), {
    error: 'has members that only the server sets',
  })
  .meta({ not: { anyOf: registrationMembersOfServer.map((member) => ({ required: [member] })) } });

export type ClientUpdate = z.infer<typeof clientUpdate>;

/** What the server answers to a client that has registered, or asks about itself (RFC 7591 §3.2.1, RFC 7592 §3). */
export const clientInformation = z.object({
  ...clientMetadata.required({ grant_types: true, response_types: true, token_endpoint_auth_method: true }).shape,
  client_id: z.string(),
  /** Told once. */
  client_secret: z.string().optional(),
  /** Seconds since the epoch, 0 for never. There whenever the secret is. */
  client_secret_expires_at: z.int().optional(),
  registration_access_token: z.string(),
  registration_client_uri: address,
});

export type ClientInformation = z.infer<typeof clientInformation>;

/** What a client publishes of itself at an https address that is its name (Client ID Metadata Document, §4). It has no secret. */
export const clientMetadataDocument = z.object({
  ...clientMetadata.required({ redirect_uris: true }).shape,
  client_id: z.url({ protocol: /^https$/ }),
  token_endpoint_auth_method: z.enum(['none', 'private_key_jwt']),
});

export type ClientMetadataDocument = z.infer<typeof clientMetadataDocument>;
