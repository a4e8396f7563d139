import { OAuthError } from '../oauth-error.ts';
import type { Grant, Resource } from '../stores/types.ts';
import { decidedByScopes, findResource, scopesAt } from './resolve-target.ts';

/**
 * The one resource that a token from this grant is for, and its scopes there (RFC 8707 §2.2, RFC 9700 §2.3). Without `resource` the asked scopes decide,
 * where they all mean something at one of the granted resources; else it is the first one that was granted.
 *
 * @throws OAuthError `invalid_target` for a resource outside the grant or gone since; `invalid_scope` when nothing of what is asked for means anything there.
 */
export function chooseAudience(
  grant: Pick<Grant, 'scopes' | 'resources'>,
  asked: { scopes: readonly string[] | undefined; resource: string | undefined },
  all: readonly Resource[],
  clientScopes: readonly string[],
): { resource: Resource; scopes: string[] } {
  const wanted = asked.scopes ?? grant.scopes;
  if (!wanted.every((scope) => grant.scopes.includes(scope)))
    throw new OAuthError('invalid_scope', 'The scope goes beyond what was granted.');
  const resource = findResource(all, asked.resource ?? decidedBy(asked.scopes, grant, all));
  if (!grant.resources.includes(resource.identifier))
    throw new OAuthError('invalid_target', 'The resource was not part of the authorization.');
  // What was taken from the client since, it does not get.
  const scopes = scopesAt(resource, wanted).filter((scope) => clientScopes.includes(scope));
  if (scopes.length === 0 && asked.scopes !== undefined)
    throw new OAuthError('invalid_scope', 'None of the scopes exists at this resource.');
  return { resource, scopes };
}

/** @throws OAuthError `invalid_target`: a token is for one resource. */
export function onlyResource(resources: readonly string[]): string | undefined {
  if (resources.length > 1) throw new OAuthError('invalid_target', 'Name the one resource that the token is for.');
  return resources[0];
}

function decidedBy(scopes: readonly string[] | undefined, grant: Pick<Grant, 'resources'>, all: readonly Resource[]): string {
  // In the order in which they were granted; one that is gone since is passed over.
  const granted = grant.resources.flatMap((identifier) => all.find((resource) => resource.identifier === identifier) ?? []);
  const someMean = (resource: Resource) => scopes !== undefined && scopesAt(resource, scopes).length > 0;
  const identifier = (decidedByScopes(granted, scopes) ?? granted.find(someMean) ?? granted[0])?.identifier;
  if (identifier === undefined) throw new OAuthError('invalid_target', 'No resource of the authorization is there any more.');
  return identifier;
}
