/** The HTTP status with which an authorization server answers each error code, where it answers with JSON (RFC 6749 §5.2, RFC 7591 §3.2.2, RFC 8707 §2). */
export const oauthErrorStatus = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_client_metadata: 400,
  invalid_grant: 400,
  invalid_redirect_uri: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  unsupported_response_type: 400,
  invalid_scope: 400,
  invalid_target: 400,
  invalid_token: 401,
  unsupported_token_type: 400,
  unapproved_software_statement: 400,
  access_denied: 400,
  login_required: 400,
  consent_required: 400,
  request_not_supported: 400,
  request_uri_not_supported: 400,
  server_error: 500,
  temporarily_unavailable: 503,
} as const;

/** The codes with which each endpoint of the authorization server may answer. */
export const endpointErrors = {
  authorize: [
    'invalid_request',
    'unauthorized_client',
    'access_denied',
    'unsupported_response_type',
    'invalid_scope',
    'invalid_target',
    'login_required',
    'consent_required',
    'request_not_supported',
    'request_uri_not_supported',
    'server_error',
    'temporarily_unavailable',
  ],
  token: [
    'invalid_request',
    'invalid_client',
    'invalid_grant',
    'unauthorized_client',
    'unsupported_grant_type',
    'invalid_scope',
    'invalid_target',
    'access_denied',
    'server_error',
    'temporarily_unavailable',
  ],
  introspect: ['invalid_request', 'invalid_client', 'server_error', 'temporarily_unavailable'],
  revoke: ['invalid_request', 'invalid_client', 'invalid_grant', 'server_error', 'temporarily_unavailable'],
  revocations: ['invalid_request', 'server_error', 'temporarily_unavailable'],
  register: [
    'invalid_request',
    'invalid_token',
    'invalid_redirect_uri',
    'invalid_client_metadata',
    'unapproved_software_statement',
    'server_error',
    'temporarily_unavailable',
  ],
  manageRegistration: [
    'invalid_request',
    'invalid_token',
    'access_denied',
    'invalid_redirect_uri',
    'invalid_client_metadata',
    'unapproved_software_statement',
    'server_error',
    'temporarily_unavailable',
  ],
} as const satisfies Readonly<Record<string, readonly OAuthErrorCode[]>>;

/** An error code of an authorization server: in a redirect (RFC 6749 §4.1.2.1) or in JSON (§5.2). */
export type OAuthErrorCode = keyof typeof oauthErrorStatus;

/** The HTTP status with which a resource server answers each error code (RFC 6750 §3.1, RFC 9449 §7.1 and §9, RFC 9470 §3). */
export const bearerErrorStatus = {
  invalid_request: 400,
  invalid_token: 401,
  insufficient_scope: 403,
  insufficient_user_authentication: 401,
  invalid_dpop_proof: 401,
  use_dpop_nonce: 401,
} as const;

/** An error code in a resource server's `WWW-Authenticate` challenge. */
export type BearerErrorCode = keyof typeof bearerErrorStatus;

export const bearerErrorCodes = Object.keys(bearerErrorStatus) as [BearerErrorCode, ...BearerErrorCode[]];
