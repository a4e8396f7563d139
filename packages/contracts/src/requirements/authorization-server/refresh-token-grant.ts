import { challenge, json, token } from '../outcome.ts';
import { group, must, should } from '../requirement.ts';
import { from } from '../source.ts';

export const refreshTokenGrant = group('AS-RT', 'Refresh token grant', [
  must('AS-RT-01', ['core'], {
    requirement: 'A refresh gives a new access token with the original scope, or with the part of it that is asked for',
    expected: [json(200)],
    sources: [from('RFC 6749', '6'), from('OAuth 2.1', '4.3.1')],
  }),
  must('AS-RT-02', ['core', 'rejects'], {
    requirement: 'Another client’s refresh token is refused',
    expected: [json(400, 'invalid_grant')],
    sources: [from('OAuth 2.1', '4.3.1'), from('OpenID conformance suite', 'oidcc-refresh-token')],
  }),
  must('AS-RT-03', ['core', 'rejects'], {
    requirement: 'A refresh cannot widen the scope, and one with less scope takes nothing away from the next',
    expected: [json(400, 'invalid_scope'), json(200)],
    sources: [from('RFC 6749', '6'), from('OAuth 2.1', '4.3.3')],
  }),
  must('AS-RT-04', ['core'], {
    requirement: 'A public client’s refresh token is replaced at every use unless it is bound to a key; the old one is dead',
    expected: [json(200)],
    sources: [from('OAuth 2.1', '4.3.1'), from('RFC 9700', '4.14.2'), from('RFC 10017'), from('MCP authorization')],
  }),
  must('AS-RT-05', ['core', 'rejects'], {
    requirement: 'An old refresh token that comes back is refused and ends all tokens of its family',
    expected: [json(400, 'invalid_grant')],
    sources: [from('OAuth 2.1', '4.3.1'), from('RFC 9700', '4.14.2')],
  }),
  must('AS-RT-06', [], {
    requirement: 'Rotation does not lengthen the life of a grant beyond its absolute end',
    expected: [json(400, 'invalid_grant')],
    sources: [from('RFC 10017', 'refresh tokens')],
  }),
  must('AS-RT-07', ['core', 'rejects'], {
    requirement: 'A refresh token is refused that has expired, lain idle too long, was revoked, or whose grant or client is gone',
    expected: [json(400, 'invalid_grant')],
    sources: [from('OAuth 2.1', '4.3.1')],
  }),
  must('AS-RT-08', ['rejects', 'fapi2'], {
    requirement: 'Under FAPI a refresh token stays the same and stays good',
    expected: [json(200)],
    sources: [from('FAPI 2.0', '5.3.2.1')],
  }),
  must('AS-RT-09', ['core', 'rejects'], {
    requirement: 'A public client’s refresh token that is bound to a key is refused with another key’s proof or with none',
    expected: [json(400, 'invalid_grant', 'another key'), json(400, 'invalid_dpop_proof', 'no proof')],
    // RFC 9449 §5 says that it is refused and leaves the code open.
    accepted: [json(400, 'invalid_grant'), json(400, 'invalid_dpop_proof'), json(400, 'invalid_request')],
    sources: [from('RFC 9449', '5')],
  }),
  must('AS-RT-10', [], {
    requirement: 'A confidential client may refresh with a new key, and the new access token is bound to that',
    expected: [json(200)],
    sources: [from('RFC 9449', '5')],
  }),
  must('AS-RT-11', ['rejects'], {
    requirement: 'A refresh token opens no API, and an access token refreshes nothing',
    expected: [challenge(401, 'Bearer', 'invalid_token'), json(400, 'invalid_grant')],
    sources: [from('Rolecall'), from('RFC 8725')],
  }),
  must('AS-RT-12', ['oidc'], {
    requirement: 'An ID token at a refresh is about the same login: same issuer, subject, audience and `auth_time`, and no new `nonce`',
    expected: [token()],
    sources: [from('OpenID Connect Core', '12.2')],
  }),
  must('AS-RT-13', ['core', 'rejects'], {
    requirement: 'A refresh may ask for fewer resources than were granted, never for others',
    expected: [json(400, 'invalid_target'), json(200)],
    sources: [from('RFC 8707', '2.2')],
  }),
  should('AS-RT-14', [], {
    requirement: 'Ending the session or changing the password ends the refresh tokens of browser apps',
    expected: [json(400, 'invalid_grant')],
    sources: [from('RFC 10017'), from('OAuth 2.1', '4.3.3')],
  }),
  must('AS-RT-15', [], {
    requirement: 'A refresh token holds what was consented to, and nothing else depends on there being one',
    expected: [json(200)],
    sources: [from('OAuth 2.1', '3.2.3'), from('MCP authorization', 'refresh tokens')],
  }),
]);
