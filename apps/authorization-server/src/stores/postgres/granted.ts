import type { GrantedScopes } from '../types.ts';

/** What a grant holds as it is kept: `<resource> <scope>` each, in their order. Neither has a space in it. */
export function toPairs(granted: readonly GrantedScopes[]): string[] {
  return granted.flatMap(({ resource, scopes }) => scopes.map((scope) => `${resource} ${scope}`));
}

export function fromPairs(pairs: readonly string[]): GrantedScopes[] {
  const granted = new Map<string, string[]>();
  for (const pair of pairs) {
    const [resource, scope] = pair.split(' ') as [string, string];
    granted.set(resource, [...(granted.get(resource) ?? []), scope]);
  }
  return [...granted].map(([resource, scopes]) => ({ resource, scopes }));
}

/** In SQL, of one pair: its resource. */
export const resourceOf = (pair: string): string => `split_part(${pair}, ' ', 1)`;

/** In SQL, of one pair: its scope. */
export const scopeOf = (pair: string): string => `split_part(${pair}, ' ', 2)`;

/**
 * In SQL, joined to the grants `g`: what they hold, null for nothing. A resource that was removed takes with it what was granted there, also where one of the
 * same name was added since. That costs nothing when it is removed, however many grants reach it.
 */
export const HELD = `
  CROSS JOIN LATERAL (
    SELECT array_agg(pair ORDER BY place) AS granted
    FROM unnest(g.granted) WITH ORDINALITY AS each (pair, place) JOIN resources ON resources.identifier = ${resourceOf('pair')}
    WHERE resources.created_at <= g.recorded_at
  ) AS held`;
