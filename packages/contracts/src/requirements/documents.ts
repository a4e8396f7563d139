interface Document {
  title: string;
  /** Where it can be read. */
  url: string;
  /** What stands between the address and the number of a section, where the document has such anchors. */
  anchor?: string;
}

const rfc = (number: number, title: string): Document => ({
  title,
  url: `https://www.rfc-editor.org/rfc/rfc${number}.html`,
  anchor: '#section-',
});
const draft = (name: string, title: string): Document => ({
  title,
  url: `https://datatracker.ietf.org/doc/html/${name}`,
  anchor: '#section-',
});
const openid = (name: string, title: string): Document => ({
  title,
  url: `https://openid.net/specs/${name}.html`,
  anchor: '#rfc.section.',
});
const mcp = (path: string, title: string): Document => ({ title, url: `https://modelcontextprotocol.io/${path}` });

/** What requirements come from, under the name by which they cite it. Drafts in the revision that was read. */
export const documents = {
  'OAuth 2.1': draft('draft-ietf-oauth-v2-1-16', 'The OAuth 2.1 Authorization Framework'),
  'RFC 3986': rfc(3986, 'Uniform Resource Identifier'),
  'RFC 6749': rfc(6749, 'The OAuth 2.0 Authorization Framework'),
  'RFC 6750': rfc(6750, 'Bearer Token Usage'),
  'RFC 6890': rfc(6890, 'Special-Purpose IP Address Registries'),
  'RFC 7009': rfc(7009, 'Token Revocation'),
  'RFC 7515': rfc(7515, 'JSON Web Signature'),
  'RFC 7517': rfc(7517, 'JSON Web Key'),
  'RFC 7518': rfc(7518, 'JSON Web Algorithms'),
  'RFC 7521': rfc(7521, 'Assertion Framework'),
  'RFC 7523': rfc(7523, 'JWT Profile for Client Authentication and Grants'),
  'RFC 7591': rfc(7591, 'Dynamic Client Registration'),
  'RFC 7592': rfc(7592, 'Dynamic Client Registration Management'),
  'RFC 7636': rfc(7636, 'Proof Key for Code Exchange'),
  'RFC 7662': rfc(7662, 'Token Introspection'),
  'RFC 8252': rfc(8252, 'OAuth 2.0 for Native Apps'),
  'RFC 8414': rfc(8414, 'Authorization Server Metadata'),
  'RFC 8628': rfc(8628, 'Device Authorization Grant'),
  'RFC 8693': rfc(8693, 'Token Exchange'),
  'RFC 8707': rfc(8707, 'Resource Indicators'),
  'RFC 8725': rfc(8725, 'JSON Web Token Best Current Practices'),
  'RFC 9068': rfc(9068, 'JWT Profile for Access Tokens'),
  'RFC 9101': rfc(9101, 'JWT-Secured Authorization Request'),
  'RFC 9110': rfc(9110, 'HTTP Semantics'),
  'RFC 9111': rfc(9111, 'HTTP Caching'),
  'RFC 9126': rfc(9126, 'Pushed Authorization Requests'),
  'RFC 9207': rfc(9207, 'Authorization Server Issuer Identification'),
  'RFC 9396': rfc(9396, 'Rich Authorization Requests'),
  'RFC 9449': rfc(9449, 'Demonstrating Proof of Possession'),
  'RFC 9470': rfc(9470, 'Step Up Authentication Challenge'),
  'RFC 9700': rfc(9700, 'Best Current Practice for OAuth 2.0 Security'),
  'RFC 9701': rfc(9701, 'JWT Response for Token Introspection'),
  'RFC 9728': rfc(9728, 'Protected Resource Metadata'),
  'RFC 10017': rfc(10017, 'OAuth 2.0 for Browser-Based Applications'),
  'RFC 10070': rfc(10070, 'Updates to JWT Client Authentication and Assertion-Based Grants'),
  'Client ID Metadata Document': draft('draft-ietf-oauth-client-id-metadata-document-01', 'OAuth Client ID Metadata Document'),
  'ID-JAG': draft('draft-ietf-oauth-identity-assertion-authz-grant-04', 'Identity Assertion JWT Authorization Grant'),
  'OpenID Connect Core': openid('openid-connect-core-1_0', 'OpenID Connect Core 1.0'),
  'OpenID Connect Discovery': openid('openid-connect-discovery-1_0', 'OpenID Connect Discovery 1.0'),
  'OpenID Connect Registration': openid('openid-connect-registration-1_0', 'OpenID Connect Dynamic Client Registration 1.0'),
  'RP-Initiated Logout': openid('openid-connect-rpinitiated-1_0', 'OpenID Connect RP-Initiated Logout 1.0'),
  'Back-Channel Logout': openid('openid-connect-backchannel-1_0', 'OpenID Connect Back-Channel Logout 1.0'),
  'Unmet Authentication Requirements': openid(
    'openid-connect-unmet-authentication-requirements-1_0',
    'OpenID Connect Core Error Code unmet_authentication_requirements',
  ),
  'Form Post Response Mode': openid('oauth-v2-form-post-response-mode-1_0', 'OAuth 2.0 Form Post Response Mode'),
  'FAPI 2.0': { ...openid('fapi-security-profile-2_0-final', 'FAPI 2.0 Security Profile'), anchor: '#section-' },
  'FAPI 2.0 Message Signing': { ...openid('fapi-message-signing-2_0', 'FAPI 2.0 Message Signing'), anchor: '#section-' },
  'MCP authorization': mcp('specification/2026-07-28/basic/authorization', 'Model Context Protocol: authorization'),
  'MCP transports': mcp('specification/2026-07-28/basic/transports', 'Model Context Protocol: transports'),
  'MCP security best practices': mcp('specification/2026-07-28/basic/security_best_practices', 'Model Context Protocol: security'),
  'MCP client credentials': mcp('extensions/auth/oauth-client-credentials', 'MCP extension: OAuth client credentials'),
  'MCP enterprise-managed authorization': mcp('extensions/auth/enterprise-managed-authorization', 'MCP extension: enterprise policy'),
  'MCP DPoP': { title: 'MCP extension: DPoP (SEP-1932)', url: 'https://github.com/modelcontextprotocol/modelcontextprotocol/pull/1932' },
  /** Cited by the name of a test module, or by its end. */
  'OpenID conformance suite': { title: 'OpenID conformance suite', url: 'https://gitlab.com/openid/conformance-suite' },
  /** Cited by the name of a scenario. */
  'MCP conformance tests': { title: 'MCP conformance tests', url: 'https://github.com/modelcontextprotocol/conformance' },
  /** Where the standards leave room: what this project has decided. */
  Rolecall: { title: 'A decision of this project', url: 'architecture.md' },
} satisfies Record<string, Document>;

export type DocumentName = keyof typeof documents;
