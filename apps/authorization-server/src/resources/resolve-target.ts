import { resourceIndicator } from '@rolecall/contracts/authorization-request';
import { scopeString, scopeTokens } from '@rolecall/contracts/scope';
import { OAuthError } from '../oauth-error.ts';
import type { Client, Resource } from '../stores/types.ts';

/** Where a token is for, and what it may do there. */
export interface Target {
  resources: Resource[];
  scopes: string[];
}

/**
 * Settles which resources and scopes a request is about (RFC 8707 §2, RFC 6749 §3.3).
 * Without `resource` the asked scopes decide, where all of them belong to one resource and to no other; else it is the default.
 * Without `scope` it is all that the client may ask for there.
 *
 * @throws OAuthError `invalid_target` for a resource that is unknown or where this client may do nothing; `invalid_scope` for a scope that is malformed, unknown there, or not this client's.
 */
export function resolveTarget(
  client: Client,
  all: readonly Resource[],
  asked: { scope: string | undefined; resources: readonly string[] },
): Target {
  const scopes = asked.scope === undefined ? undefined : parseScope(asked.scope);
  const resources =
    asked.resources.length > 0
      ? [...new Set(asked.resources.map((each) => findResource(all, each)))]
      : [decidedByScopes(all, scopes) ?? defaultResource(all)];
  const isMeaningful = (scope: string) => resources.some((resource) => hasScope(resource, scope));
  for (const resource of resources)
    if (!client.scopes.some((scope) => hasScope(resource, scope)))
      throw new OAuthError('invalid_target', 'This client may not ask for anything at this resource.');
  if (scopes === undefined) return { resources, scopes: client.scopes.filter(isMeaningful) };
  for (const scope of scopes) {
    if (!isMeaningful(scope)) throw new OAuthError('invalid_scope', `The scope ${scope} does not exist at this resource.`);
    if (!client.scopes.includes(scope)) throw new OAuthError('invalid_scope', `This client may not ask for the scope ${scope}.`);
  }
  for (const resource of resources)
    if (!scopes.some((scope) => hasScope(resource, scope)))
      throw new OAuthError('invalid_scope', 'At one of the resources none of the scopes exists.');
  return { resources, scopes };
}

/** @throws OAuthError `invalid_target` when the resource is not an absolute URI without fragment, or not known here. */
export function findResource(all: readonly Resource[], identifier: string): Resource {
  const exact = all.find((each) => each.identifier === identifier);
  if (exact !== undefined) return exact;
  if (!resourceIndicator.safeParse(identifier).success)
    throw new OAuthError('invalid_target', 'resource must be an absolute URI without fragment.');
  const resource = all.find((each) => canonical(each.identifier) === canonical(identifier));
  if (resource === undefined) throw new OAuthError('invalid_target', 'The resource is not known here.');
  return resource;
}

/** The scopes, of those granted, that mean something at this resource. */
export function scopesAt(resource: Resource, scopes: readonly string[]): string[] {
  return scopes.filter((scope) => hasScope(resource, scope));
}

function hasScope(resource: Resource, scope: string): boolean {
  return resource.scopes.some(({ name }) => name === scope);
}

/** @throws OAuthError `invalid_scope` */
function parseScope(scope: string): string[] {
  if (!scopeString.safeParse(scope).success)
    throw new OAuthError('invalid_scope', 'scope must be a list of scope tokens separated by single spaces.');
  return scopeTokens(scope);
}

/** The one resource where all of these scopes mean something; undefined when there is none or more than one. */
export function decidedByScopes(all: readonly Resource[], scopes: readonly string[] | undefined): Resource | undefined {
  if (scopes === undefined) return undefined;
  const [only, ...others] = all.filter((resource) => scopes.every((scope) => hasScope(resource, scope)));
  return others.length === 0 ? only : undefined;
}

function defaultResource(all: readonly Resource[]): Resource {
  const resource = all.find((each) => each.isDefault) ?? all[0];
  if (resource === undefined) throw new OAuthError('invalid_target', 'No resource is registered here.');
  return resource;
}

/** Scheme and host in lower case, as they mean the same in any (RFC 3986 §6.2.2.1). Everything after them counts letter by letter. */
function canonical(identifier: string): string {
  return identifier.replace(/^[^:/?#]+:\/\/[^/?#]*/, (origin) => origin.toLowerCase());
}
