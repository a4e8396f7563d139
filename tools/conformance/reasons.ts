/** Why no test names what these patterns mean: an id, or the beginning of ids and `*`. */
export interface Reason {
  ids: string[];
  reason: string;
}

/** The first that fits counts. One that no longer fits anything has to go. */
export const reasons: Reason[] = [
  // Authorization server: what is not built yet. Tests verify that none of it is announced (AS-META-10 to AS-META-17).
  {
    ids: ['AS-OP-*', 'AS-IDT-*', 'AS-UINFO-*'],
    reason: 'OpenID Connect is not built yet: there are no ID tokens and there is no UserInfo. `prompt` works without them.',
  },
  { ids: ['AS-LOGOUT-*', 'AS-BCL-*'], reason: 'Logout by OpenID Connect is not built yet: /logout is for people alone.' },
  { ids: ['AS-STEP-*'], reason: 'The authorization server does not read acr_values or max_age yet.' },
  {
    ids: ['AS-CIMD-*'],
    reason: 'Client ID metadata documents are not built yet: clients are registered, by an administrator or by themselves.',
  },
  { ids: ['AS-PAR-*'], reason: 'Pushed authorization requests (RFC 9126) are not built yet at the authorization server.' },
  { ids: ['AS-JAR-*'], reason: 'Request objects (RFC 9101) are not built yet; they are refused by name.' },
  {
    ids: ['AS-RAR-*'],
    reason: 'Rich authorization requests (RFC 9396) are not built yet at the authorization server; the resource guard enforces them.',
  },
  { ids: ['AS-DEV-*'], reason: 'The device grant (RFC 8628) is not built yet at the authorization server; the client has it.' },
  { ids: ['AS-TX-*'], reason: 'Token exchange (RFC 8693) is not built yet.' },
  { ids: ['AS-JWTB-*'], reason: 'The JWT bearer grant (RFC 7523) and ID-JAG are not built yet.' },
  {
    ids: ['AS-DPOP-*', 'AS-RT-09', 'AS-RT-10'],
    reason: 'DPoP (RFC 9449) is not built yet at the authorization server; the resource guard and the client have it.',
  },
  { ids: ['AS-FAPI-*', 'AS-RT-08', 'AS-CAUTH-20'], reason: 'The FAPI 2.0 profile is not built yet.' },
  { ids: ['AS-MCP-03'], reason: 'Client ID metadata documents are not built yet.' },
  { ids: ['AS-MCP-09'], reason: 'DPoP (RFC 9449) is not built yet at the authorization server.' },
  {
    ids: ['AS-MCP-*'],
    reason: 'No test goes through it as an MCP client does. The parts are verified under AS-META, AS-AUTHZ, AS-CODE, AS-RT and AS-RI.',
  },
  // What does not apply.
  { ids: ['AS-REV-06'], reason: 'Does not arise: every kind of token that the authorization server issues can be revoked.' },
  { ids: ['RS-MCP-06'], reason: 'Does not arise: the resource server gives out no handles or sessions.' },
  // Client: what is not built yet.
  { ids: ['C-OIDC-*'], reason: 'OpenID Connect is not built yet at the client: it asks for no ID token.' },
  { ids: ['C-REQ-08'], reason: 'The client signs no requests yet (RFC 9101).' },
  { ids: ['C-TOK-11'], reason: 'ID-JAG is not built yet at the client.' },
  // Attacks.
  { ids: ['SEC-29'], reason: 'The device grant is not built yet at the authorization server.' },
  { ids: ['SEC-52'], reason: 'No test runs Redis with a replica. What must not be lost is in Postgres (SEC-50, SEC-53).' },
  { ids: ['SEC-54'], reason: 'No test starts Postgres anew under the servers.' },
  { ids: ['SEC-59'], reason: 'No test puts load on the servers for an hour.' },
  { ids: ['SEC-61'], reason: 'There is no checker of histories yet.' },
  {
    ids: ['SEC-62'],
    reason:
      'Only with 2,000 cases for each rule, under the ids of the rules: redirect URIs (SEC-08 to SEC-10), verifiers (SEC-15) and Basic (SEC-26). Scopes are missing.',
  },
  { ids: ['SEC-63'], reason: 'Nothing is fuzzed by coverage or by an OpenAPI document yet.' },
  { ids: ['SEC-64'], reason: 'The conformance tests of MCP are not run yet.' },
  {
    ids: ['SEC-65'],
    reason: 'No test goes through all of the metadata. That what is announced answers, and what is not built is not announced: AS-META-15.',
  },
];
