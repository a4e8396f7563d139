import { answer, document, json, page, redirect } from '../outcome.ts';
import { decision, group, must, should } from '../requirement.ts';
import { from } from '../source.ts';

export const everyEndpoint = group('AS-GEN', 'Every endpoint', [
  must('AS-GEN-01', ['core'], {
    requirement:
      'Whatever address the server announces uses https and has no fragment (an issuer no query either); plain http is for loopback in development',
    expected: [document()],
    sources: [from('OAuth 2.1', '1.5', '3.1', '3.2'), from('RFC 8414', '2')],
  }),
  must('AS-GEN-02', ['core'], {
    requirement:
      'No answer that holds a token, a code, a secret or the state of a token may be stored: `Cache-Control: no-store`, on refusals as well',
    expected: [json(200), json(400)],
    sources: [from('OAuth 2.1', '3.2.3'), from('RFC 6749', '5.1'), from('RFC 7591', '3.2.1')],
  }),
  must('AS-GEN-03', ['core'], {
    requirement:
      'An error in JSON is one ASCII `error`, and neither it nor its description has a character outside of RFC 6749’s set, even when the input had',
    expected: [json(400)],
    sources: [from('RFC 6749', '5.2'), from('OAuth 2.1', '3.2.4')],
  }),
  must('AS-GEN-04', ['core'], {
    requirement: 'Parameters that nobody knows change nothing at `/authorize` and `/token`',
    expected: [redirect(), json(200)],
    sources: [from('RFC 6749', '3.1'), from('OpenID conformance suite', 'oidcc-ensure-request-with-unknown-parameter-succeeds')],
  }),
  must('AS-GEN-05', ['core', 'rejects'], {
    requirement: 'A parameter that may appear once and appears twice is refused; only `resource` and `audience` may be repeated',
    expected: [
      json(400, 'invalid_request', 'token, PAR, device authorization'),
      redirect('invalid_request', 'authorization'),
      page(400, 'a repeated client_id or redirect_uri'),
    ],
    // To an address that is registered: only to one that is not certain nobody may be sent (RFC 6749 §4.1.2.1).
    accepted: [redirect('invalid_request', 'a repeated client_id or redirect_uri')],
    sources: [from('RFC 6749', '3.1', '3.2'), from('OAuth 2.1', '3.1', '3.2')],
  }),
  must('AS-GEN-06', ['core'], {
    requirement: 'An empty value counts as a parameter that was not sent',
    expected: [redirect(undefined, 'state= comes back as no state'), json(400, 'invalid_grant', 'code_verifier= counts as missing')],
    sources: [from('OAuth 2.1', '3.1', '3.2')],
  }),
  must('AS-GEN-07', ['core'], {
    requirement:
      'Endpoints that programs in a browser call allow other origins, preflight included, and let them read `WWW-Authenticate` and `DPoP-Nonce`; never with credentials for everybody',
    expected: [answer(200), answer(204)],
    sources: [from('RFC 10017', 'cross-origin requests'), from('OAuth 2.1', '3.2'), from('RFC 9449', '8')],
  }),
  must('AS-GEN-08', ['core', 'rejects'], {
    requirement: 'Pages for people (authorization, login, consent) are readable by no other origin, whichever asks',
    expected: [page(200), answer(303)],
    sources: [from('OAuth 2.1', '3.1'), from('RFC 9700', '2.6'), from('FAPI 2.0', '5.2.3')],
  }),
  must('AS-GEN-09', ['core', 'rejects'], {
    requirement:
      'After a form with credentials or a decision the browser is sent on with 303, never with 307 or 308, which would repeat the form',
    expected: [answer(303)],
    accepted: [answer(302)],
    sources: [from('OAuth 2.1', '7.5.3'), from('RFC 9700', '4.12'), from('FAPI 2.0', '5.3.2.2')],
  }),
  must('AS-GEN-10', ['core'], {
    requirement: "Nobody can frame the pages for login, consent, device and logout: `frame-ancestors 'none'` and `X-Frame-Options: DENY`",
    expected: [page(200)],
    sources: [from('OAuth 2.1', '7.11'), from('RFC 9700', '4.16')],
  }),
  should('AS-GEN-11', [], {
    requirement:
      'These pages tell nobody where the browser came from (`Referrer-Policy: no-referrer`), and all that they need is their own',
    expected: [page(200)],
    sources: [from('RFC 9700', '4.2.4')],
  }),
  must('AS-GEN-12', ['core', 'rejects'], {
    requirement: 'A secret or an assertion in a query string authenticates nobody',
    expected: [json(401, 'invalid_client')],
    accepted: [json(400, 'invalid_client'), json(400, 'invalid_request')],
    sources: [from('OAuth 2.1', '2.4.1')],
  }),
  must('AS-GEN-13', ['core'], {
    requirement:
      'Guessing at secrets, passwords and user codes is slowed down, while whoever knows the right one still gets in from elsewhere',
    expected: [json(429), page(429)],
    sources: [from('OAuth 2.1', '2.4.1', '7.7'), from('RFC 8628', '5.1')],
  }),
  decision('AS-GEN-14', ['core', 'rejects'], {
    requirement: 'Endpoints that are for POST answer other methods with 405 and say what they allow',
    expected: [answer(405)],
    accepted: [answer(400), answer(401), answer(404), answer(501)],
    sources: [from('RFC 9126', '2.3'), from('Rolecall')],
  }),
  decision('AS-GEN-15', ['rejects'], {
    requirement: 'A form endpoint refuses what is no form, and bodies that are too large; no body makes it fail',
    expected: [json(400, 'invalid_request'), answer(413, 'over the limit')],
    accepted: [answer(400), answer(401), answer(415)],
    sources: [from('RFC 6749', '3.2'), from('RFC 9126', '2.3'), from('Rolecall')],
  }),
  must('AS-GEN-16', ['core'], {
    requirement: 'What users and clients have chosen is escaped on every page and cannot break a header: `"><script>`, CR and LF stay text',
    expected: [page(), redirect()],
    sources: [from('OAuth 2.1', '7.12')],
  }),
]);
