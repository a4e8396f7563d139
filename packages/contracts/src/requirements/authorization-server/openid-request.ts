import { json, page, redirect, token } from '../outcome.ts';
import { group, must, optional } from '../requirement.ts';
import { from } from '../source.ts';

export const openidRequest = group('AS-OP', 'OpenID authentication request', [
  must('AS-OP-01', ['core', 'oidc'], {
    requirement: 'An ID token comes with the scope `openid` and only with it',
    expected: [json(200)],
    sources: [from('OpenID Connect Core', '3.1.2.1')],
  }),
  must('AS-OP-02', ['core', 'oidc'], {
    requirement: 'The ID token has the request’s `nonce` unchanged, and none where none was sent; what is too long is refused',
    expected: [token(), redirect('invalid_request', 'too long')],
    sources: [from('OpenID Connect Core', '3.1.2.1'), from('FAPI 2.0', '5.3.2.2')],
  }),
  must('AS-OP-03', ['core', 'rejects', 'oidc'], {
    requirement: '`prompt=none` shows no page: without a session or a consent the client gets an error',
    expected: [redirect('login_required'), redirect('consent_required')],
    accepted: [redirect('interaction_required')],
    sources: [from('OpenID Connect Core', '3.1.2.1', '3.1.2.6'), from('OpenID conformance suite', 'oidcc-prompt-none-not-logged-in')],
  }),
  must('AS-OP-04', ['core', 'oidc'], {
    requirement: '`prompt=none` with session and consent gives a code without a page, for the same subject and login',
    expected: [redirect(), token()],
    sources: [from('OpenID conformance suite', 'oidcc-prompt-none-logged-in')],
  }),
  must('AS-OP-05', ['rejects', 'oidc'], {
    requirement: '`none` beside another value of `prompt` is refused',
    expected: [redirect('invalid_request')],
    sources: [from('OpenID Connect Core', '3.1.2.1')],
  }),
  must('AS-OP-06', ['core', 'oidc'], {
    requirement: '`prompt=login` asks for a login whatever the session, and cannot be dropped half-way',
    expected: [page(200), token('a later auth_time')],
    sources: [from('OpenID conformance suite', 'oidcc-prompt-login')],
  }),
  must('AS-OP-07', ['core', 'oidc'], {
    requirement: 'A login older than `max_age` is renewed, zero always; the ID token then says when it was',
    expected: [page(200), token()],
    sources: [from('OpenID Connect Core', '3.1.2.1'), from('OpenID conformance suite', 'oidcc-max-age-1', 'oidcc-max-age-10000')],
  }),
  must('AS-OP-08', ['core', 'rejects', 'oidc'], {
    requirement: 'An `id_token_hint` for the user of this session passes; another user’s, or one that we did not issue, does not',
    expected: [redirect(), redirect('login_required', 'another user'), redirect('invalid_request', 'not ours')],
    sources: [from('OpenID Connect Core', '3.1.2.1'), from('OpenID conformance suite', 'oidcc-id-token-hint')],
  }),
  must('AS-OP-09', ['oidc'], {
    requirement: 'Hints about display, language, login and claims that are unknown never make a request fail',
    expected: [redirect()],
    sources: [from('OpenID Connect Core', '15.1')],
  }),
  optional('AS-OP-10', ['oidc'], {
    requirement: 'The `claims` parameter is honoured for both places; `essential` alone makes no request fail',
    expected: [json(200)],
    sources: [from('OpenID Connect Core', '5.5'), from('OpenID conformance suite', 'oidcc-claims-essential')],
  }),
  must('AS-OP-11', ['oidc'], {
    requirement: 'The scopes profile, email, address and phone open their claims at UserInfo',
    expected: [json(200)],
    sources: [from('OpenID Connect Core', '5.4')],
  }),
  must('AS-OP-12', ['rejects', 'oidc'], {
    requirement: 'Ways of sending a request that are not offered are named in the refusal',
    expected: [redirect('request_not_supported'), redirect('request_uri_not_supported'), redirect('registration_not_supported')],
    sources: [from('OpenID Connect Core', '3.1.2.6', '6')],
  }),
  must('AS-OP-13', ['oidc'], {
    requirement: '`offline_access` without `prompt=consent` brings no refresh token and no error',
    expected: [json(200)],
    sources: [from('OpenID Connect Core', '11')],
  }),
  must('AS-OP-14', ['oidc'], {
    requirement:
      '`sub` is at most 255 ASCII characters, stays with its user for good, and where it is pairwise tells nothing of other sectors',
    expected: [token()],
    sources: [from('OpenID Connect Core', '2', '8')],
  }),
]);
