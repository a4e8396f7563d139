import { json, page, redirect, request, token } from '../outcome.ts';
import { group, must, should } from '../requirement.ts';
import { from } from '../source.ts';

export const logout = group('AS-LOGOUT', 'Logout that a client begins', [
  must('AS-LOGOUT-01', ['core', 'oidc'], {
    requirement: 'With a good hint and a registered address the session ends and the browser goes there, with the `state` that was sent',
    expected: [redirect(), redirect('login_required', 'prompt=none afterwards')],
    sources: [
      from('RP-Initiated Logout', '2', '2.1', '3'),
      from('OpenID conformance suite', 'oidcc-rp-initiated-logout', 'oidcc-rp-initiated-logout-no-state'),
    ],
  }),
  must('AS-LOGOUT-02', ['core', 'rejects', 'oidc'], {
    requirement: 'The browser goes to no address that is not registered exactly',
    expected: [page(), page(200)],
    sources: [from('RP-Initiated Logout', '3'), from('OpenID conformance suite', 'bad-post-logout-redirect-uri', 'query-added')],
  }),
  must('AS-LOGOUT-03', ['core', 'rejects', 'oidc'], {
    requirement: 'A hint that is unsigned, forged or somebody else’s leads nowhere',
    expected: [page(), page(200)],
    sources: [from('RP-Initiated Logout', '2', '4'), from('OpenID conformance suite', 'modified-id-token-hint', 'bad-id-token-hint')],
  }),
  must('AS-LOGOUT-04', ['core', 'rejects', 'oidc'], {
    requirement: 'An address without a hint leads nowhere',
    expected: [page(), page(200)],
    sources: [from('RP-Initiated Logout', '3'), from('OpenID conformance suite', 'no-id-token-hint')],
  }),
  must('AS-LOGOUT-05', ['oidc'], {
    requirement: 'Without a hint for this very session the user is asked first, by a form that nobody can forge',
    expected: [page(200)],
    sources: [from('RP-Initiated Logout', '2')],
  }),
  must('AS-LOGOUT-06', ['oidc'], {
    requirement: 'Without an address to go to, logout ends on a page that says so',
    expected: [page(200)],
    sources: [from('OpenID conformance suite', 'no-params', 'only-state', 'no-post-logout-redirect-uri')],
  }),
  must('AS-LOGOUT-07', ['rejects', 'oidc'], {
    requirement: 'A client other than the hint’s is an error; a hint that has expired is still one',
    expected: [page()],
    sources: [from('RP-Initiated Logout', '2')],
  }),
]);

export const backChannelLogout = group('AS-BCL', 'Back-channel logout', [
  must('AS-BCL-01', ['core', 'oidc'], {
    requirement: 'Every client of the session with an address for it gets one logout token by POST before the browser moves on',
    expected: [request()],
    sources: [from('Back-Channel Logout', '2.5'), from('RP-Initiated Logout', '3')],
  }),
  must('AS-BCL-02', ['core', 'oidc'], {
    requirement: 'A logout token names issuer, client, event, session or subject, ends within two minutes, is signed and has no `nonce`',
    expected: [token()],
    sources: [from('Back-Channel Logout', '2.4')],
  }),
  must('AS-BCL-03', ['oidc'], {
    requirement: 'A client that needs the `sid` always gets it, the same as in its ID token',
    expected: [token()],
    sources: [from('Back-Channel Logout', '2.2')],
  }),
  should('AS-BCL-04', ['oidc'], {
    requirement: 'A client that is slow, broken or gone holds no logout up, and nobody follows its redirects',
    expected: [request()],
    sources: [from('Back-Channel Logout', '2.5')],
  }),
  should('AS-BCL-05', ['oidc'], {
    requirement: 'With the session end its refresh tokens, but not those for offline access',
    expected: [json(400, 'invalid_grant')],
    sources: [from('Back-Channel Logout', '2.7'), from('RFC 10017')],
  }),
]);
