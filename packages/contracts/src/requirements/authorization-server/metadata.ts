import { document, json } from '../outcome.ts';
import { group, must, optional, should } from '../requirement.ts';
import { from } from '../source.ts';

export const metadata = group('AS-META', 'Metadata', [
  must('AS-META-01', ['core'], {
    requirement: 'The metadata is a JSON object at `/.well-known/oauth-authorization-server`',
    expected: [json(200)],
    sources: [from('RFC 8414', '3')],
  }),
  must('AS-META-02', ['core'], {
    requirement: '`issuer` in the metadata is, character by character, the identifier that its address was made from',
    expected: [document()],
    sources: [from('RFC 8414', '3.3'), from('OpenID Connect Discovery', '4.3')],
  }),
  must('AS-META-03', ['core'], {
    requirement: 'For an issuer with a path the well-known segment comes before the path (OAuth) or after it (OpenID Connect)',
    expected: [json(200)],
    sources: [from('RFC 8414', '3.1', '5'), from('MCP authorization', 'AS discovery')],
  }),
  must('AS-META-04', ['core'], {
    requirement:
      'The metadata has all required members: issuer, endpoints, response types, `jwks_uri` where something is signed; for OpenID Connect also subject types and ID token algorithms with RS256',
    expected: [document()],
    sources: [from('RFC 8414', '2'), from('OpenID Connect Discovery', '3')],
  }),
  must('AS-META-05', ['rejects'], {
    requirement: 'A list that would be empty is left out',
    expected: [document()],
    sources: [from('RFC 8414', '3.2')],
  }),
  must('AS-META-06', ['core'], {
    requirement: 'S256 is the one challenge method that is announced, in each of the documents',
    expected: [document()],
    sources: [from('RFC 8414', '2'), from('MCP authorization', 'security considerations'), from('FAPI 2.0', '5.3.2.2')],
  }),
  must('AS-META-07', ['core'], {
    requirement: 'The grants are listed, without `implicit` and `password`; the only response type is `code`',
    expected: [document()],
    sources: [from('RFC 8414', '2'), from('RFC 9700', '2.1.2', '2.4')],
  }),
  must('AS-META-08', ['core'], {
    requirement:
      'Methods of client authentication are listed for each endpoint, with algorithms wherever one of them is a JWT, and `none` is no algorithm',
    expected: [document()],
    sources: [from('RFC 8414', '2')],
  }),
  must('AS-META-09', ['core'], {
    requirement: 'The metadata promises `iss` in authorization responses',
    expected: [document()],
    sources: [from('RFC 9207', '3'), from('MCP authorization')],
  }),
  must('AS-META-10', ['core'], {
    requirement: 'With PAR its endpoint is announced, and whether it is required is what is enforced',
    expected: [document()],
    sources: [from('RFC 9126', '5')],
  }),
  must('AS-META-11', [], {
    requirement: 'What is said about request objects (algorithms, whether required, by reference or not) is what the server does',
    expected: [document()],
    sources: [from('RFC 9101', '10.5'), from('OpenID Connect Discovery', '3')],
  }),
  must('AS-META-12', ['core'], {
    requirement: 'With DPoP the algorithms for proofs are listed, all asymmetric',
    expected: [document()],
    sources: [from('RFC 9449', '5.1')],
  }),
  must('AS-META-13', [], {
    requirement: 'With rich authorization requests their types are listed',
    expected: [document()],
    sources: [from('RFC 9396', '10')],
  }),
  must('AS-META-14', ['core'], {
    requirement: 'Support for client metadata documents is announced where it exists, and no registration endpoint where there is none',
    expected: [document()],
    sources: [from('Client ID Metadata Document', '5'), from('RFC 8414', '2')],
  }),
  must('AS-META-15', ['core'], {
    requirement: 'An optional endpoint is announced exactly where it is served, and whatever is announced answers',
    expected: [document()],
    sources: [from('RFC 8628', '4'), from('RFC 8414', '2'), from('RP-Initiated Logout', '2.1')],
  }),
  must('AS-META-16', [], {
    requirement: 'With back-channel logout both of its members are true',
    expected: [document()],
    sources: [
      from('Back-Channel Logout', '2.1'),
      from('OpenID conformance suite', 'oidcc-backchannel-logout-discovery-endpoint-verification'),
    ],
  }),
  must('AS-META-17', [], {
    requirement: 'A server that takes ID-JAGs announces the profile and the jwt-bearer grant; one that issues them, the token type',
    expected: [document()],
    sources: [from('ID-JAG', 'AS metadata')],
  }),
  should('AS-META-18', [], {
    requirement: '`acr_values_supported` has the levels that can be reached, `scopes_supported` only legal scopes',
    expected: [document()],
    sources: [from('RFC 9470', '7'), from('RFC 6749', '3.3'), from('RFC 9728', '4')],
  }),
  must('AS-META-19', [], {
    requirement: 'Members that the OAuth and the OpenID Connect document share have the same values',
    expected: [document()],
    sources: [from('RFC 8414', '5')],
  }),
  optional('AS-META-20', [], {
    requirement: 'With JWT introspection its signing algorithms are listed, and `none` is not one',
    expected: [document()],
    sources: [from('RFC 9701', '7')],
  }),
]);
