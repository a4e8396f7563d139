/** One and the same route, guarded in different ways. */
export const variants = [
  'unguarded',
  '@fastify/jwt with a key set',
  '@fastify/jwt with one key',
  'guard',
  'guard that remembers signatures',
  // What it costs to be seen at work, and not to be.
  'guard with the lab off',
  'guard with the lab on',
] as const;

export type Variant = (typeof variants)[number];

/** What a server of a variant is told in its environment. */
export interface Setting {
  VARIANT: Variant;
  ISSUER: string;
  /** The issuer's public keys. */
  KEYS: string;
}

export const RESOURCE = 'https://api.example';
export const SCOPE = 'notes:read';
