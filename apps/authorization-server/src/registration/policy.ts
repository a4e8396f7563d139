import type { Resource } from '../stores/types.ts';

/** Who may register, and what a client that nobody knows may become. */
export interface RegistrationPolicy {
  mode: 'open' | 'initial_access_token';
  grantTypes: readonly string[];
  /** Undefined: the scopes of all resources but those of administration. */
  scopes: readonly string[] | undefined;
  /** Host names, and private-use schemes with their colon. Undefined: any. */
  redirectHosts: readonly string[] | undefined;
}

/** The scopes that a client may register for. `admin:` has to be named to be among them. */
export function registrableScopes(policy: RegistrationPolicy, resources: readonly Resource[]): string[] {
  const all = new Set(resources.flatMap((resource) => resource.scopes.map(({ name }) => name)));
  return [...all].filter((name) => policy.scopes?.includes(name) ?? !name.startsWith('admin:'));
}
