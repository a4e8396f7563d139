import { answer, challenge, json, token } from '../outcome.ts';
import { group, must, optional, should } from '../requirement.ts';
import { from } from '../source.ts';

export const idTokens = group('AS-IDT', 'ID tokens', [
  must('AS-IDT-01', ['core', 'oidc'], {
    requirement:
      'An ID token is from the issuer to the client about a subject, with times, the `nonce`, and the algorithm that the client registered',
    expected: [token()],
    sources: [from('OpenID Connect Core', '2', '3.1.3.6')],
  }),
  should('AS-IDT-02', ['oidc'], {
    requirement: 'It has a right `at_hash`, how the user logged in, and the session’s `sid` where logout needs it',
    expected: [token()],
    sources: [from('OpenID Connect Core', '3.1.3.6'), from('Back-Channel Logout', '2.1')],
  }),
  must('AS-IDT-03', ['rejects', 'oidc'], {
    requirement: 'No ID token is unsigned',
    expected: [token()],
    sources: [from('OpenID Connect Core', '2')],
  }),
  must('AS-IDT-04', ['oidc'], {
    requirement: 'No claim is null, and what was not asked for is not in it',
    expected: [token()],
    sources: [from('OpenID Connect Core'), from('RFC 10017', 'privacy')],
  }),
]);

export const userInfo = group('AS-UINFO', 'UserInfo', [
  must('AS-UINFO-01', ['core', 'oidc'], {
    requirement: 'UserInfo answers GET and POST with claims about the subject of the ID token',
    expected: [json(200)],
    sources: [from('OpenID Connect Core', '5.3.1', '5.3.2'), from('OpenID conformance suite', 'oidcc-userinfo-*')],
  }),
  must('AS-UINFO-02', ['core', 'rejects', 'oidc'], {
    requirement: 'UserInfo is closed without a good token of a user with `openid`',
    expected: [challenge(401, 'Bearer'), challenge(401, 'Bearer', 'invalid_token'), challenge(403, 'Bearer', 'insufficient_scope')],
    sources: [from('OpenID Connect Core', '5.3.3'), from('RFC 6750', '3.1')],
  }),
  optional('AS-UINFO-03', ['oidc'], {
    requirement: 'A client that registered an algorithm for it gets UserInfo as a signed JWT with issuer and audience',
    expected: [answer(200)],
    sources: [from('OpenID Connect Core', '5.3.2'), from('OpenID conformance suite', 'oidcc-userinfo-rs256')],
  }),
]);
