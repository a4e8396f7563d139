import { resourceIndicator } from '@rolecall/contracts/authorization-request';
import { signingAlgorithm } from '@rolecall/contracts/jwks';
import { scopeString } from '@rolecall/contracts/scope';
import * as z from 'zod';
import { MAXIMUM_ACCESS_TOKEN_LIFETIME } from '../config.ts';
import type { Resource } from '../stores/types.ts';
import { identifier, lifetime, text } from './fields.ts';

export const resourceIdentifier = resourceIndicator
  .max(256, 'must have at most 256 characters')
  .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII')
  .meta({ description: 'An absolute URI without fragment (RFC 8707 §2).' });

const scopeName = z
  .string()
  .max(100)
  .refine((name) => scopeString.safeParse(name).success && !name.includes(' '), 'must be a scope token (RFC 6749 §3.3)')
  // A client with such a scope would be an administrator too.
  .refine((name) => !name.startsWith('admin:'), 'must not begin with admin:, which is for administration');

export const resourceContent = z
  .strictObject({
    name: text(200),
    scopes: z
      .array(z.strictObject({ name: scopeName, description: text(300).meta({ description: 'In words, for the consent page.' }) }))
      .max(100)
      .refine((scopes) => new Set(scopes.map(({ name }) => name)).size === scopes.length, 'must not name a scope twice'),
    access_token_format: z.enum(['jwt', 'opaque']).default('jwt'),
    access_token_lifetime: lifetime(30, MAXIMUM_ACCESS_TOKEN_LIFETIME)
      .optional()
      .meta({ description: "Seconds; the server's own where it is absent." }),
    signing_algorithm: signingAlgorithm.default('ES256'),
    is_default: z
      .boolean()
      .default(false)
      .meta({ description: 'Meant where a request names no resource and its scopes decide nothing. There is one.' }),
    resource_servers: z.array(identifier).max(50).default([]).meta({ description: 'The clients that may introspect its tokens.' }),
  })
  .meta({ id: 'ResourceContent' });

export const resourceDocument = z
  .strictObject({
    identifier: z.string(),
    ...resourceContent.shape,
    scopes: z.array(z.strictObject({ name: z.string(), description: z.string() })),
  })
  .meta({ id: 'Resource', description: 'A protected resource that tokens can be issued for.' });

export type ResourceContent = z.output<typeof resourceContent>;

/** The resource that a document describes. */
export function toResource(identifier: string, content: ResourceContent): Resource {
  return {
    identifier,
    name: content.name,
    scopes: content.scopes,
    accessTokenFormat: content.access_token_format,
    signingAlgorithm: content.signing_algorithm,
    isDefault: content.is_default,
    resourceServers: content.resource_servers,
    ...(content.access_token_lifetime !== undefined && { accessTokenLifetime: content.access_token_lifetime }),
  };
}

/** A resource as the API writes it. */
export function toResourceDocument(resource: Resource): z.output<typeof resourceDocument> {
  return {
    identifier: resource.identifier,
    name: resource.name,
    scopes: resource.scopes.map(({ name, description }) => ({ name, description })),
    access_token_format: resource.accessTokenFormat,
    signing_algorithm: resource.signingAlgorithm,
    is_default: resource.isDefault,
    resource_servers: [...resource.resourceServers],
    ...(resource.accessTokenLifetime !== undefined && { access_token_lifetime: resource.accessTokenLifetime }),
  };
}
