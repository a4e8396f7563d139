import { nothing, page, request } from '../outcome.ts';
import { decision, group, must } from '../requirement.ts';
import { from } from '../source.ts';

export const clientTokenEndpoint = group('C-TOK', 'At the token endpoint', [
  must('C-TOK-01', ['core'], {
    requirement: 'Redeems the code at the server that it asked, with the verifier and one way of authentication',
    expected: [request()],
    sources: [from('OAuth 2.1', '2.4', '3.2.2', '4.1.3')],
  }),
  must('C-TOK-02', ['core'], {
    requirement: 'Encodes both halves of Basic, and chooses a way that the metadata lists',
    expected: [request()],
    sources: [from('RFC 6749', '2.3.1'), from('RFC 8414', '2'), from('MCP conformance tests', 'auth/token-endpoint-auth-*')],
  }),
  must('C-TOK-03', ['core'], {
    requirement: 'Its assertions are for the issuer alone as a string, short-lived, with a new `jti` and their type',
    expected: [request()],
    sources: [from('RFC 10070'), from('FAPI 2.0', '5.3.3.1')],
  }),
  must('C-TOK-04', ['core', 'rejects'], {
    requirement: 'Takes `token_type` in any case, uses no token of a type it does not know, and can do without `expires_in`',
    expected: [request(), nothing('unknown type')],
    sources: [from('OAuth 2.1', '3.2.3'), from('OpenID conformance suite', 'token-type-case-insensitivity', 'without-expires_in')],
  }),
  must('C-TOK-05', [], {
    requirement: 'Notices when less was granted than asked',
    expected: [request()],
    sources: [from('RFC 6749', '3.3')],
  }),
  must('C-TOK-06', ['rejects'], {
    requirement: 'Never looks into an access token',
    expected: [request()],
    sources: [from('OAuth 2.1', '1.4'), from('RFC 9068', '6')],
  }),
  must('C-TOK-07', ['core'], {
    requirement: 'Refreshes one at a time, keeps the new refresh token at once, and starts over when it is refused',
    expected: [request()],
    sources: [from('OAuth 2.1', '4.3.2')],
  }),
  must('C-TOK-08', [], {
    requirement: 'Works without a refresh token',
    expected: [request()],
    sources: [from('MCP authorization', 'refresh tokens')],
  }),
  must('C-TOK-09', ['core'], {
    requirement: 'On a device asks at the interval, more slowly when told so or when nobody answers, and stops at the end',
    expected: [request()],
    sources: [from('RFC 8628', '3.5')],
  }),
  must('C-TOK-10', [], {
    requirement: 'Revokes its tokens at logout; a failure that passes is tried again',
    expected: [request()],
    sources: [from('RFC 7009', '2.2')],
  }),
  must('C-TOK-11', ['idjag'], {
    requirement: 'Exchanges its ID token for an ID-JAG and that for an access token, without a redirect to the second server',
    expected: [request()],
    sources: [
      from('MCP enterprise-managed authorization', '4', '5'),
      from('MCP conformance tests', 'auth/enterprise-managed-authorization'),
    ],
  }),
  must('C-TOK-12', ['mcp'], {
    requirement: 'Gets a token for itself with secret or key, for the resource, without registering',
    expected: [request()],
    sources: [from('MCP client credentials'), from('MCP conformance tests', 'auth/client-credentials-*')],
  }),
  must('C-TOK-13', ['core', 'rejects'], {
    requirement: 'Takes nothing for a success that is no token response: no JSON, an error, no access token',
    expected: [nothing()],
    sources: [from('OAuth 2.1', '3.2.3', '3.2.4')],
  }),
  decision('C-TOK-14', [], {
    requirement: 'Gives up on a token endpoint that is silent, endless or failing, says so on a page, and works again afterwards',
    expected: [page()],
    sources: [from('Rolecall')],
  }),
]);
