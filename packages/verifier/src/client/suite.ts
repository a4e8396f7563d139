import type { Check, Suite } from '../check.ts';
import { authorizationRequest } from './checks/authorization-request.ts';
import { apiCalls } from './checks/api-calls.ts';
import { backChannelLogout } from './checks/back-channel-logout.ts';
import { browser } from './checks/browser.ts';
import { callback } from './checks/callback.ts';
import { discovery } from './checks/discovery.ts';
import { dpop } from './checks/dpop.ts';
import { loggingOut } from './checks/logging-out.ts';
import { openid } from './checks/openid.ts';
import { refreshing } from './checks/refreshing.ts';
import { tokenRequests } from './checks/token-requests.ts';
import { tokenResponses } from './checks/token-responses.ts';
import type { Client } from './subject.ts';
import { unseen } from './unseen.ts';

const checks: readonly Check<Client>[] = [
  ...discovery,
  ...authorizationRequest,
  ...callback,
  ...tokenRequests,
  ...tokenResponses,
  ...refreshing,
  ...loggingOut,
  ...apiCalls,
  ...dpop,
  ...openid,
  ...backChannelLogout,
  ...browser,
];

/** Everything that can be asked of a client from outside. */
export const clientSuite: Suite<Client> = { checks, unseen };
