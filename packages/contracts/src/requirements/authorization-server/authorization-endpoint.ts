import { answer, json, page, redirect } from '../outcome.ts';
import { decision, group, must, optional, should } from '../requirement.ts';
import { from } from '../source.ts';

export const authorizationEndpoint = group('AS-AUTHZ', 'Authorization endpoint', [
  must('AS-AUTHZ-01', ['core'], {
    requirement:
      'A right request leads, after login and consent, back to the very redirect URI: one code, the `state` as it was sent, one `iss`',
    expected: [redirect()],
    sources: [from('OAuth 2.1', '4.1.1', '4.1.2'), from('RFC 9207', '2')],
  }),
  must('AS-AUTHZ-02', ['core', 'rejects'], {
    requirement: 'Without a `client_id` that belongs to an enabled client there is an error page',
    expected: [page()],
    sources: [from('RFC 6749', '4.1.2.1')],
  }),
  must('AS-AUTHZ-03', ['core', 'rejects'], {
    requirement:
      'A redirect URI that differs in anything from a registered one (slash, case, query, port, encoding, user info, look-alike) gets an error page',
    expected: [page()],
    sources: [
      from('OAuth 2.1', '2.3.1', '4.1.1'),
      from('RFC 9700', '2.1', '4.1.3'),
      from(
        'OpenID conformance suite',
        'oidcc-ensure-registered-redirect-uri',
        'oidcc-redirect-uri-query-mismatch',
        'oidcc-redirect-uri-query-added',
      ),
    ],
  }),
  must('AS-AUTHZ-04', ['core'], {
    requirement: 'A registered loopback address matches with any port; its path and query still have to be the same',
    expected: [redirect()],
    sources: [from('OAuth 2.1', '8.4.2'), from('RFC 8252', '7.3')],
  }),
  decision('AS-AUTHZ-05', [], {
    requirement: 'The name `localhost` is as free in its port as the loopback addresses, but is not the same host as `127.0.0.1`',
    expected: [redirect(), page(400, '127.0.0.1 for localhost')],
    sources: [from('OAuth 2.1', '4.1.1', '8.4.2'), from('Rolecall')],
  }),
  must('AS-AUTHZ-06', ['core', 'rejects'], {
    requirement: 'Who has several redirect URIs must say which; with OpenID Connect and FAPI it must be said in any case',
    expected: [page(), json(400, 'invalid_request', 'PAR')],
    sources: [
      from('OAuth 2.1', '2.3.2'),
      from('OpenID Connect Core', '3.1.2.1'),
      from('OpenID conformance suite', 'oidcc-ensure-redirect-uri-in-authorization-request'),
    ],
  }),
  must('AS-AUTHZ-07', ['core'], {
    requirement: 'The query of a registered redirect URI stays, and the response’s parameters are added to it',
    expected: [redirect()],
    sources: [from('RFC 6749', '3.1.2'), from('OpenID conformance suite', 'oidcc-redirect-uri-query-OK')],
  }),
  must('AS-AUTHZ-08', ['core', 'rejects'], {
    requirement: 'A response type other than `code`, or none, is refused, and fragments stay without tokens',
    expected: [redirect('unsupported_response_type'), redirect('invalid_request', 'none was sent')],
    accepted: [
      redirect('unsupported_response_type', 'none was sent'),
      // A type that this client alone may not use (RFC 6749 §4.1.2.1).
      redirect('unauthorized_client'),
      redirect('invalid_request'),
    ],
    sources: [
      from('OAuth 2.1', '4.1.1', '10.1'),
      from('RFC 9700', '2.1.2'),
      from('OpenID conformance suite', 'oidcc-response-type-missing', 'response-type-token-fails'),
    ],
  }),
  must('AS-AUTHZ-09', ['core', 'rejects'], {
    requirement: 'A request without a PKCE challenge is refused, unless this confidential client is exempt',
    expected: [redirect('invalid_request')],
    sources: [from('OAuth 2.1', '4.1.2.1', '7.5.1'), from('RFC 9700', '2.1.1')],
  }),
  must('AS-AUTHZ-10', ['core', 'rejects'], {
    requirement: 'The method `plain`, an unknown one, or none (which means plain) is refused',
    expected: [redirect('invalid_request')],
    sources: [from('OAuth 2.1', '4.1.2.1'), from('RFC 7636', '4.4.1'), from('OpenID conformance suite', 'par-plain-pkce-rejected')],
  }),
  decision('AS-AUTHZ-11', ['rejects'], {
    requirement: 'An S256 challenge is 43 characters of base64url; another value is refused',
    expected: [redirect('invalid_request')],
    sources: [from('RFC 7636', '4.2'), from('Rolecall')],
  }),
  must('AS-AUTHZ-12', ['core', 'rejects'], {
    requirement: 'A scope that is unknown, malformed or not for this client is refused',
    expected: [redirect('invalid_scope')],
    accepted: [redirect(undefined, 'the scope is left out and the granted ones are reported')],
    sources: [from('RFC 6749', '3.3', '4.1.2.1')],
  }),
  must('AS-AUTHZ-13', [], {
    requirement: 'The order of scopes and of parameters means nothing',
    expected: [redirect()],
    sources: [from('RFC 6749', '3.3'), from('OpenID conformance suite', 'oidcc-alternate-happy-flow')],
  }),
  must('AS-AUTHZ-14', ['core'], {
    requirement:
      '`state` comes back as it was, special characters and a kilobyte included, or is refused; it is never cut off, and none comes back if none was sent',
    expected: [redirect(), redirect('invalid_request', 'too long')],
    sources: [from('RFC 6749', '4.1.2'), from('OpenID conformance suite', 'long-state', 'without-state-success')],
  }),
  must('AS-AUTHZ-15', ['core'], {
    requirement: '`iss` is in every authorization response, errors included, and is the issuer of the metadata',
    expected: [redirect(), redirect('access_denied')],
    sources: [from('RFC 9207', '2', '2.1', '2.3')],
  }),
  must('AS-AUTHZ-16', ['core'], {
    requirement: 'A user who says no makes an `access_denied`',
    expected: [redirect('access_denied')],
    sources: [from('RFC 6749', '4.1.2.1'), from('OpenID conformance suite', 'user-rejects-authentication')],
  }),
  must('AS-AUTHZ-17', [], {
    requirement: 'When the server itself fails after the redirect URI was found to be right, the client is told by redirect',
    expected: [redirect('server_error'), redirect('temporarily_unavailable')],
    sources: [from('OAuth 2.1', '4.1.2.1')],
  }),
  must('AS-AUTHZ-18', ['core', 'rejects'], {
    requirement: 'A client without the code grant cannot begin a code flow',
    expected: [redirect('unauthorized_client')],
    sources: [from('RFC 6749', '4.1.2.1')],
  }),
  must('AS-AUTHZ-19', ['core', 'oidc'], {
    requirement: 'An authorization request that is posted as a form works as one in a query',
    expected: [redirect()],
    sources: [from('OpenID Connect Core', '3.1.2.1'), from('OpenID conformance suite', 'oidcc-ensure-post-request-succeeds')],
  }),
  must('AS-AUTHZ-20', ['core', 'rejects'], {
    requirement: 'Forms for login, consent and logout are worth nothing without the token of the session they were made for',
    expected: [page(403)],
    sources: [from('RFC 6749', '10.12'), from('RFC 9700', '4.7')],
  }),
  must('AS-AUTHZ-21', ['core'], {
    requirement:
      'The consent page names the client, where the answer goes, each scope, detail and resource, and says when nobody vouches for the client',
    expected: [page(200)],
    sources: [from('OAuth 2.1', '7.9'), from('MCP authorization', 'security considerations')],
  }),
  should('AS-AUTHZ-22', ['core', 'rejects'], {
    requirement:
      'Clients that cannot prove who they are ask for consent each time, unless an https redirect URI and an earlier consent vouch for them',
    expected: [page(200)],
    sources: [from('OAuth 2.1', '7.3.1'), from('RFC 8252', '8.6'), from('RFC 10017', 'client impersonation')],
  }),
  must('AS-AUTHZ-23', ['core', 'rejects'], {
    requirement: 'An earlier consent covers what was agreed to and nothing more: for the rest the user is asked again',
    expected: [page(200), redirect('consent_required', 'prompt=none')],
    sources: [from('RFC 9700', '2.3'), from('OpenID Connect Core', '3.1.2.4')],
  }),
  must('AS-AUTHZ-24', [], {
    requirement: 'Nobody who is not logged in is sent to an unverified client by an error: login first, or a page',
    expected: [page(), page(200)],
    sources: [from('OAuth 2.1', '7.13.2'), from('RFC 9700', '4.11.2')],
  }),
  decision('AS-AUTHZ-25', [], {
    requirement: 'The cookie of a session is `SameSite=Lax` or stricter, `Secure` and `HttpOnly`, and has a new value after login',
    expected: [answer(303)],
    sources: [from('Rolecall'), from('RFC 9700', '4.7')],
  }),
  must('AS-AUTHZ-26', ['core'], {
    requirement: 'A code has 128 bits of randomness at least, works once and for 60 seconds at most',
    expected: [redirect()],
    sources: [from('RFC 6749', '4.1.2', '10.10'), from('FAPI 2.0', '5.3.2.1')],
  }),
  optional('AS-AUTHZ-27', [], {
    requirement: '`form_post` answers with a page that posts the same parameters and is not stored; a mode that is not offered is refused',
    expected: [page(200), redirect('invalid_request', 'unknown mode')],
    sources: [from('Form Post Response Mode')],
  }),
  must('AS-AUTHZ-28', ['core', 'rejects'], {
    requirement: 'The browser is never sent to plain http beyond loopback, nor to `javascript:`, `data:` or `file:`',
    expected: [page()],
    sources: [from('OAuth 2.1', '1.5'), from('FAPI 2.0', '5.3.2.2'), from('MCP authorization')],
  }),
]);
