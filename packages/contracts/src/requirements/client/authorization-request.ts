import { request } from '../outcome.ts';
import { group, must, optional, should } from '../requirement.ts';
import { from } from '../source.ts';

export const clientAuthorizationRequest = group('C-REQ', 'Authorization request', [
  must('C-REQ-01', ['core'], {
    requirement: 'Asks for a code, with a new verifier and its S256 challenge each time',
    expected: [request()],
    sources: [from('OAuth 2.1', '4.1.1'), from('RFC 7636', '4.1')],
  }),
  must('C-REQ-02', ['core'], {
    requirement: 'Each attempt has a `state` of its own that is tied to this browser and used once',
    expected: [request()],
    sources: [from('OAuth 2.1', '2.3.3', '7.10')],
  }),
  must('C-REQ-03', ['core', 'mcp'], {
    requirement: 'Names the API as `resource`, the same in authorization and token requests',
    expected: [request()],
    sources: [from('MCP authorization', 'resource parameter'), from('MCP conformance tests', 'resource-parameter-*')],
  }),
  should('C-REQ-04', ['core'], {
    requirement:
      'Asks for the scope of the challenge, else for what the metadata lists, else for none; for offline access only where it is offered',
    expected: [request()],
    sources: [from('MCP authorization', 'scope selection'), from('MCP conformance tests', 'auth/scope-*', 'auth/offline-access-*')],
  }),
  must('C-REQ-05', ['core'], {
    requirement: 'Has one registered redirect URI for a request; a native app listens on a loopback address and port for this flow alone',
    expected: [request()],
    sources: [from('OAuth 2.1', '8.4.2', '8.5.4')],
  }),
  must('C-REQ-06', ['core'], {
    requirement: 'Writes down whom it asks, with verifier and state, before the browser leaves',
    expected: [request()],
    sources: [from('MCP authorization'), from('OAuth 2.1', '7.15'), from('RFC 9700', '4.4.2')],
  }),
  optional('C-REQ-07', [], {
    requirement: 'Pushes its request and sends the browser with the reference, each used once, and never quietly does without',
    expected: [request()],
    sources: [from('RFC 9126', '2.1', '4')],
  }),
  optional('C-REQ-08', [], {
    requirement: 'A signed request is for the issuer, from the client, short-lived, typed, and cannot serve as authentication',
    expected: [request()],
    sources: [from('RFC 9101', '4', '10.8')],
  }),
  must('C-REQ-09', ['core', 'oidc'], {
    requirement: 'Sends a new `nonce` with `openid`, and passes on what a challenge asks of the login',
    expected: [request()],
    sources: [from('OpenID Connect Core', '3.1.2.1'), from('RFC 9470', '4')],
  }),
]);
