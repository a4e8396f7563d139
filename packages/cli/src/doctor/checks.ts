import type { Check } from './check.ts';
import { issInAnswers, pkce } from './checks/announcements.ts';
import { audience } from './checks/audience.ts';
import { challenge } from './checks/challenge.ts';
import { clockOf } from './checks/clocks.ts';
import { cookies } from './checks/cookies.ts';
import { corsOf } from './checks/cors.ts';
import { endpoints } from './checks/endpoints.ts';
import { hosts } from './checks/hosts.ts';
import { hsts } from './checks/hsts.ts';
import { keys } from './checks/keys.ts';
import { issuer, metadata } from './checks/metadata.ts';
import { moved } from './checks/moved.ts';
import { redirectUri } from './checks/redirect-uri.ts';
import { resourceMetadata } from './checks/resource-metadata.ts';
import { signIn } from './checks/sign-in.ts';
import { issuedToken, madeUpToken } from './checks/tokens-at-api.ts';

/** Everything that is looked at, in the order in which it is told: what others depend on comes first. */
export const CHECKS: readonly Check[] = [
  metadata,
  issuer,
  endpoints,
  keys,
  pkce,
  issInAnswers,
  redirectUri,
  audience,
  clockOf('authorization-server', 'authorization server'),
  resourceMetadata,
  challenge,
  madeUpToken,
  issuedToken,
  clockOf('resource-server', 'resource server'),
  signIn,
  clockOf('sample-client', 'client'),
  hosts,
  moved,
  corsOf('authorization-server'),
  corsOf('resource-server'),
  cookies,
  hsts,
];
