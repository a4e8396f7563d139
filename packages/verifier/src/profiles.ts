import type { Profile } from '@rolecall/contracts/requirements/requirement';

/** What can be asked for by name, and which requirements count then beside those that always do. */
export const profilesByName = {
  'oauth2.1': [],
  mcp: ['mcp'],
  fapi2: ['fapi2'],
  oidc: ['oidc'],
  idjag: ['idjag'],
} as const satisfies Record<string, readonly Profile[]>;

export type ProfileName = keyof typeof profilesByName;

export const profileNames = Object.keys(profilesByName) as readonly ProfileName[];
