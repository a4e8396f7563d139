import { accessTokens } from './authorization-server/access-tokens.ts';
import { authorizationDetails } from './authorization-server/authorization-details.ts';
import { authorizationEndpoint } from './authorization-server/authorization-endpoint.ts';
import { clientAuthentication } from './authorization-server/client-authentication.ts';
import { clientCredentialsGrant } from './authorization-server/client-credentials-grant.ts';
import { clientIdMetadataDocuments } from './authorization-server/client-id-metadata-documents.ts';
import { codeGrant } from './authorization-server/code-grant.ts';
import { deviceGrant } from './authorization-server/device-grant.ts';
import { dpop } from './authorization-server/dpop.ts';
import { everyEndpoint } from './authorization-server/every-endpoint.ts';
import { fapi } from './authorization-server/fapi.ts';
import { idTokens, userInfo } from './authorization-server/id-tokens.ts';
import { introspection, jwtIntrospection } from './authorization-server/introspection.ts';
import { jwtBearerGrant } from './authorization-server/jwt-bearer-grant.ts';
import { keys } from './authorization-server/keys.ts';
import { backChannelLogout, logout } from './authorization-server/logout.ts';
import { mcp } from './authorization-server/mcp.ts';
import { metadata } from './authorization-server/metadata.ts';
import { openidRequest } from './authorization-server/openid-request.ts';
import { pushedRequests } from './authorization-server/pushed-requests.ts';
import { refreshTokenGrant } from './authorization-server/refresh-token-grant.ts';
import { registration, registrationManagement } from './authorization-server/registration.ts';
import { requestObjects } from './authorization-server/request-objects.ts';
import { resourceIndicators } from './authorization-server/resource-indicators.ts';
import { revocation } from './authorization-server/revocation.ts';
import { stepUp } from './authorization-server/step-up.ts';
import { tokenEndpoint } from './authorization-server/token-endpoint.ts';
import { tokenExchange } from './authorization-server/token-exchange.ts';
import { clientApiCalls } from './client/api-calls.ts';
import { clientAuthorizationRequest } from './client/authorization-request.ts';
import { clientBrowser } from './client/browser.ts';
import { clientCallback } from './client/callback.ts';
import { clientDiscovery } from './client/discovery.ts';
import { clientDpop } from './client/dpop.ts';
import { clientOpenid } from './client/openid.ts';
import { clientTokenEndpoint } from './client/token-endpoint.ts';
import { resourceServerDpop } from './resource-server/dpop.ts';
import { resourceServerIntrospection } from './resource-server/introspection.ts';
import { resourceServerJwtValidation } from './resource-server/jwt-validation.ts';
import { resourceServerMcp } from './resource-server/mcp.ts';
import { resourceServerMetadata } from './resource-server/metadata.ts';
import { resourceServerPresentedTokens } from './resource-server/presented-tokens.ts';
import { resourceServerAuthorizationDetails, resourceServerStepUp } from './resource-server/requirements-of-operations.ts';
import type { Group, Requirement } from './requirement.ts';

/** All groups, by role and in the order of a flow. */
export const groups: Group[] = [
  everyEndpoint,
  metadata,
  keys,
  authorizationEndpoint,
  openidRequest,
  clientIdMetadataDocuments,
  pushedRequests,
  requestObjects,
  authorizationDetails,
  clientAuthentication,
  tokenEndpoint,
  codeGrant,
  refreshTokenGrant,
  clientCredentialsGrant,
  deviceGrant,
  tokenExchange,
  jwtBearerGrant,
  dpop,
  resourceIndicators,
  accessTokens,
  introspection,
  jwtIntrospection,
  revocation,
  registration,
  registrationManagement,
  idTokens,
  userInfo,
  logout,
  backChannelLogout,
  stepUp,
  fapi,
  mcp,
  resourceServerPresentedTokens,
  resourceServerJwtValidation,
  resourceServerIntrospection,
  resourceServerDpop,
  resourceServerMetadata,
  resourceServerStepUp,
  resourceServerAuthorizationDetails,
  resourceServerMcp,
  clientDiscovery,
  clientAuthorizationRequest,
  clientCallback,
  clientTokenEndpoint,
  clientApiCalls,
  clientDpop,
  clientOpenid,
  clientBrowser,
];

/** Every requirement of the three roles. */
export const requirements: Requirement[] = groups.flatMap((each) => each.requirements);
