import { type AuthorizationDetail, authorizationDetail } from '@rolecall/contracts/authorization-details';
import { BearerError } from '@rolecall/contracts/bearer/error';
import type { AccessToken } from './token/access-token.ts';

/** What one and the same detail of a token has to allow (RFC 9396 §2.2): all that is said here. */
export interface DetailRequirement {
  type: string;
  actions?: readonly string[];
  datatypes?: readonly string[];
  privileges?: readonly string[];
  identifier?: string;
  /** What else it must say, such as an amount. */
  covers?: (detail: AuthorizationDetail) => boolean;
}

/**
 * Requires that a token's authorization details cover an operation (RFC 9396 §9). A detail that names locations has to name this resource; one that is malformed covers nothing.
 *
 * @throws BearerError `insufficient_scope`: RFC 9396 has no error code of its own.
 */
export function requireDetail(token: AccessToken, resource: string, needed: DetailRequirement): void {
  const details = token.claims['authorization_details'];
  const covered = Array.isArray(details) && details.some((detail) => covers(authorizationDetail.safeParse(detail).data, resource, needed));
  if (covered) return;
  const scheme = token.jkt === undefined ? 'Bearer' : 'DPoP';
  throw new BearerError('insufficient_scope', 'the authorization details of the access token do not cover this', { scheme });
}

function covers(detail: AuthorizationDetail | undefined, resource: string, needed: DetailRequirement): boolean {
  if (detail === undefined || detail.type !== needed.type) return false;
  if (detail.locations !== undefined && !detail.locations.includes(resource)) return false;
  if (needed.identifier !== undefined && detail.identifier !== needed.identifier) return false;
  for (const member of ['actions', 'datatypes', 'privileges'] as const)
    if (!(needed[member] ?? []).every((each) => detail[member]?.includes(each))) return false;
  return needed.covers === undefined || needed.covers(detail);
}
