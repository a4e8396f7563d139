import type { Check, Suite } from '../check.ts';
import { authorizationRequest } from './checks/authorization-request.ts';
import { authorizationResponse } from './checks/authorization-response.ts';
import { codeGrant } from './checks/code-grant.ts';
import { keys } from './checks/keys.ts';
import { metadata } from './checks/metadata.ts';
import { pages } from './checks/pages.ts';
import { redirectUris } from './checks/redirect-uris.ts';
import type { AuthorizationServer } from './subject.ts';
import { unseen } from './unseen.ts';

const checks: readonly Check<AuthorizationServer>[] = [
  ...metadata,
  ...keys,
  ...authorizationResponse,
  ...redirectUris,
  ...authorizationRequest,
  ...pages,
  ...codeGrant,
];

/** Everything that can be asked of an authorization server from outside. */
export const authorizationServerSuite: Suite<AuthorizationServer> = { checks, unseen };
