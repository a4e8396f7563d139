import { OAuthError } from '../oauth-error.ts';
import type { Grant, GrantedScopes, Resource } from '../stores/types.ts';
import { decidedByScopes, findResource, scopesAt } from './resolve-target.ts';

/**
 * The one resource that a token from this grant is for, and its scopes there (RFC 8707 §2.2, RFC 9700 §2.3). Without `resource` the asked scopes decide,
 * where they were all granted at one of the resources; else it is the first one that was granted.
 *
 * @throws OAuthError `invalid_target` for a resource outside the grant or gone since; `invalid_scope` when nothing of what is asked for was granted there.
 */
export function chooseAudience(
  { granted }: Pick<Grant, 'granted'>,
  asked: { scopes: readonly string[] | undefined; resource: string | undefined },
  all: readonly Resource[],
  clientScopes: readonly string[],
): { resource: Resource; scopes: string[] } {
  const everything = everyScope(granted);
  if (asked.scopes?.some((scope) => !everything.includes(scope)))
    throw new OAuthError('invalid_scope', 'The scope goes beyond what was granted.');
  const resource = findResource(all, asked.resource ?? decidedBy(asked.scopes, granted, all));
  const there = granted.find((each) => each.resource === resource.identifier);
  if (there === undefined) throw new OAuthError('invalid_target', 'The resource was not part of the authorization.');
  const wanted = asked.scopes?.filter((scope) => there.scopes.includes(scope)) ?? there.scopes;
  // What was taken from the client since, it does not get.
  const scopes = scopesAt(resource, wanted).filter((scope) => clientScopes.includes(scope));
  if (scopes.length === 0 && asked.scopes !== undefined)
    throw new OAuthError('invalid_scope', 'None of the scopes was granted at this resource.');
  return { resource, scopes };
}

/** @throws OAuthError `invalid_target`: a token is for one resource. */
export function onlyResource(resources: readonly string[]): string | undefined {
  if (resources.length > 1) throw new OAuthError('invalid_target', 'Name the one resource that the token is for.');
  return resources[0];
}

/** The scopes that were granted at any resource, each once. */
export function everyScope(granted: readonly GrantedScopes[]): string[] {
  return [...new Set(granted.flatMap(({ scopes }) => scopes))];
}

function decidedBy(scopes: readonly string[] | undefined, granted: readonly GrantedScopes[], all: readonly Resource[]): string {
  // In the order in which they were granted, each with what was granted there; one that is gone since is passed over.
  const known = granted.flatMap((each) => {
    const resource = all.find(({ identifier }) => identifier === each.resource);
    return resource === undefined ? [] : { ...resource, scopes: resource.scopes.filter(({ name }) => each.scopes.includes(name)) };
  });
  const someMean = (resource: Resource) => scopes !== undefined && scopesAt(resource, scopes).length > 0;
  const identifier = (decidedByScopes(known, scopes) ?? known.find(someMean) ?? known[0])?.identifier;
  if (identifier === undefined) throw new OAuthError('invalid_target', 'No resource of the authorization is there any more.');
  return identifier;
}
