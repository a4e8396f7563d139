import { answer, nothing, request } from '../outcome.ts';
import { group, must, should } from '../requirement.ts';
import { from } from '../source.ts';

export const clientOpenid = group('C-OIDC', 'ID tokens, UserInfo and logout', [
  must('C-OIDC-01', ['core', 'rejects', 'oidc'], {
    requirement: 'An ID token that is wrong in issuer, audience, times, subject, nonce, signature or algorithm is refused',
    expected: [nothing()],
    sources: [from('OpenID Connect Core', '3.1.3.7'), from('OpenID conformance suite', 'oidcc-client-test-*')],
  }),
  must('C-OIDC-02', ['oidc'], {
    requirement: 'A single key needs no `kid`; an unknown one fetches the keys again',
    expected: [request()],
    sources: [from('OpenID Connect Core', '10.1'), from('OpenID conformance suite', 'kid-absent-single-jwks')],
  }),
  must('C-OIDC-03', ['core', 'rejects', 'oidc'], {
    requirement: 'UserInfo about somebody else is thrown away',
    expected: [nothing()],
    sources: [from('OpenID Connect Core', '5.3.2')],
  }),
  should('C-OIDC-04', ['rejects', 'oidc'], {
    requirement: 'A wrong `at_hash`, or a login older or weaker than asked, is refused',
    expected: [nothing()],
    sources: [from('OpenID Connect Core', '3.1.3.7', '3.1.3.8')],
  }),
  must('C-OIDC-05', ['core', 'oidc'], {
    requirement: 'Logout ends its own session, then the server’s, and the way back is checked by a `state`',
    expected: [request()],
    sources: [from('RP-Initiated Logout', '2', '3')],
  }),
  must('C-OIDC-06', ['core', 'oidc'], {
    requirement: 'A logout token ends the sessions that it names, with their refresh tokens; none to end is no error',
    expected: [answer(200)],
    sources: [from('Back-Channel Logout', '2.6', '2.8')],
  }),
  must('C-OIDC-07', ['core', 'rejects', 'oidc'], {
    requirement: 'A logout token that is wrong in any part ends nothing',
    expected: [answer(400)],
    sources: [from('Back-Channel Logout', '2.6')],
  }),
]);
