import type { Faults } from './faults.ts';
import type { Claims } from './jwt.ts';
import { Refusal } from './refusal.ts';

/** What an operation needs of a token. */
export interface Needs {
  scope: string;
  /** Whether a client that acts for itself gets nothing. */
  users?: boolean;
  acr?: string;
  maxAge?: number;
  /** A type of authorization details. */
  detail?: string;
}

/** @throws Refusal where a good token is not enough. */
export function requireAll(claims: Claims, needs: Needs, { resource, faults }: { resource: string; faults: Faults }): void {
  const { scope, users, acr, maxAge, detail } = needs;
  const { auth_time: loggedIn, scope: said = '', sub, client_id: client, authorization_details: details = [] } = claims;
  const weak = acr !== undefined && claims['acr'] !== acr;
  const old = maxAge !== undefined && !(typeof loggedIn === 'number' && Date.now() / 1000 - loggedIn <= maxAge);
  if ((weak || old) && !faults.has('anyLogin'))
    throw new Refusal(401, 'insufficient_user_authentication', { parameters: { acr_values: acr ?? '', max_age: String(maxAge) } });

  const text = String(said);
  const allowed = faults.has('scopeUnchecked') || (faults.has('scopeBySubstring') ? text.includes(scope) : text.split(' ').includes(scope));
  const covers = (each: { type?: unknown; locations?: unknown[] }): boolean =>
    each.type === detail && (each.locations === undefined || each.locations.includes(resource));
  const covered = detail === undefined || faults.has('anyDetails') || (Array.isArray(details) && details.some(covers));
  const isClient = users === true && sub === client && !faults.has('clientsAreUsers');
  if (!allowed || !covered || isClient) throw new Refusal(403, 'insufficient_scope');
}
