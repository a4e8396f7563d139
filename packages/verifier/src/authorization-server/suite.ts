import type { Check, Suite } from '../check.ts';
import { accessTokens } from './checks/access-tokens.ts';
import { assertions } from './checks/assertions.ts';
import { authorizationDetails } from './checks/authorization-details.ts';
import { authorizationRequest } from './checks/authorization-request.ts';
import { authorizationResponse } from './checks/authorization-response.ts';
import { backChannelLogout } from './checks/back-channel-logout.ts';
import { clientAuthentication } from './checks/client-authentication.ts';
import { clientCredentialsGrant } from './checks/client-credentials-grant.ts';
import { clientIdMetadataDocuments } from './checks/client-id-metadata-documents.ts';
import { codeGrant } from './checks/code-grant.ts';
import { deviceGrant } from './checks/device-grant.ts';
import { dpop } from './checks/dpop.ts';
import { fapi } from './checks/fapi.ts';
import { idTokens, userInfo } from './checks/id-tokens.ts';
import { introspection, jwtIntrospection } from './checks/introspection.ts';
import { jwtBearerGrant } from './checks/jwt-bearer-grant.ts';
import { keys } from './checks/keys.ts';
import { logout } from './checks/logout.ts';
import { mcp } from './checks/mcp.ts';
import { metadata } from './checks/metadata.ts';
import { openidRequest } from './checks/openid-request.ts';
import { pages } from './checks/pages.ts';
import { pushedRequests } from './checks/pushed-requests.ts';
import { redirectUris } from './checks/redirect-uris.ts';
import { refreshTokenGrant } from './checks/refresh-token-grant.ts';
import { registrationManagement } from './checks/registration-management.ts';
import { registration } from './checks/registration.ts';
import { requestObjects } from './checks/request-objects.ts';
import { resourceIndicators } from './checks/resource-indicators.ts';
import { revocation } from './checks/revocation.ts';
import { stepUp } from './checks/step-up.ts';
import { tokenEndpoint } from './checks/token-endpoint.ts';
import { tokenExchange } from './checks/token-exchange.ts';
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
  ...tokenEndpoint,
  ...clientAuthentication,
  ...assertions,
  ...resourceIndicators,
  ...accessTokens,
  ...refreshTokenGrant,
  ...clientCredentialsGrant,
  ...introspection,
  ...jwtIntrospection,
  ...revocation,
  ...registration,
  ...registrationManagement,
  ...openidRequest,
  ...clientIdMetadataDocuments,
  ...pushedRequests,
  ...requestObjects,
  ...authorizationDetails,
  ...deviceGrant,
  ...tokenExchange,
  ...jwtBearerGrant,
  ...dpop,
  ...idTokens,
  ...userInfo,
  ...logout,
  ...backChannelLogout,
  ...stepUp,
  ...fapi,
  ...mcp,
];

/** Everything that can be asked of an authorization server from outside. */
export const authorizationServerSuite: Suite<AuthorizationServer> = { checks, unseen };
