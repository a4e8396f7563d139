import { authorizationServerMetadata } from '@rolecall/contracts/authorization-server-metadata';
import { authorizationServerRoutes } from '@rolecall/contracts/routes';
import type * as z from 'zod';
import { FetchError, fetchJson, type FetchOptions } from './fetch-document.ts';

/** The members that a resource server needs; those that it cannot do without any other product's metadata has, too (RFC 8414 §2). */
const neededMetadata = authorizationServerMetadata
  .pick({ issuer: true, jwks_uri: true, introspection_endpoint: true, revocations_uri: true })
  .partial({ introspection_endpoint: true, revocations_uri: true });

export type IssuerMetadata = z.infer<typeof neededMetadata>;

/**
 * What an issuer says of itself, as far as a resource server needs it.
 *
 * @throws FetchError where the metadata cannot be had.
 * @throws Error where it belongs to another issuer (RFC 8414 §3.3) or names no usable address.
 */
export async function discoverIssuer(issuer: string, options: Pick<FetchOptions, 'fetch'>): Promise<IssuerMetadata> {
  const parsed = neededMetadata.safeParse(await fetchMetadata(issuer, options));
  if (!parsed.success) throw new Error(`the metadata of ${issuer} lacks a usable issuer or jwks_uri`);
  const { issuer: named, ...addresses } = parsed.data;
  // Letter by letter: metadata of another issuer would let that issuer's keys sign for this one.
  if (named !== issuer) throw new Error(`the metadata of ${issuer} names another issuer: ${named}`);
  for (const [name, each] of Object.entries(addresses))
    if (issuer.startsWith('https:') && each !== undefined && !each.startsWith('https:'))
      throw new Error(`${issuer} names an address without TLS: ${name} is ${each}`);
  return parsed.data;
}

/** RFC 8414 §3.1, and where that is missing the older place of OpenID Connect Discovery §4 (RFC 8414 §5): some products have only that one. */
async function fetchMetadata(issuer: string, options: Pick<FetchOptions, 'fetch'>): Promise<unknown> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  try {
    return await fetchJson(`${origin}${authorizationServerRoutes.metadata}${path}`, options);
  } catch (error) {
    if (error instanceof FetchError && error.status === 404) return fetchJson(`${origin}${path}/.well-known/openid-configuration`, options);
    throw error;
  }
}
