import type { Check, Suite } from '../check.ts';
import { dpop } from './checks/dpop.ts';
import { introspection } from './checks/introspection.ts';
import { jwtClaims } from './checks/jwt-claims.ts';
import { jwtSignature } from './checks/jwt-signature.ts';
import { flood, rotation } from './checks/keys.ts';
import { mcp } from './checks/mcp.ts';
import { metadata } from './checks/metadata.ts';
import { outage } from './checks/outage.ts';
import { presentation } from './checks/presentation.ts';
import { refusal } from './checks/refusal.ts';
import { authorizationDetails, stepUp } from './checks/step-up.ts';
import type { ResourceServer } from './subject.ts';
import { unseen } from './unseen.ts';

/** What can only be tried before anything is known of the issuer comes first; what makes the server hesitate to ask again, last. */
const checks: readonly Check<ResourceServer>[] = [
  ...outage,
  ...presentation,
  ...refusal,
  ...metadata,
  ...rotation,
  ...jwtSignature,
  ...jwtClaims,
  ...introspection,
  ...dpop,
  ...stepUp,
  ...authorizationDetails,
  ...mcp,
  ...flood,
];

/** Everything that can be asked of a resource server from outside. */
export const resourceServerSuite: Suite<ResourceServer> = { checks, unseen };
