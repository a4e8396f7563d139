import type { Client } from '../stores/types.ts';

/** What a client that nobody vouches for does not decide itself. */
export const NEWCOMER = { requirePkce: true, refreshTokenRotation: 'always', verified: false, disabled: false } as const;

/** Does a client with this method have a secret? */
export function hasSecret({ tokenEndpointAuthMethod }: Pick<Client, 'tokenEndpointAuthMethod'>): boolean {
  return tokenEndpointAuthMethod === 'client_secret_basic' || tokenEndpointAuthMethod === 'client_secret_post';
}
