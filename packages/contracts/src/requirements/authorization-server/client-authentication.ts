import { challenge, json } from '../outcome.ts';
import { decision, group, must } from '../requirement.ts';
import { from } from '../source.ts';

// RFC 6749 §5.2: 401 is needed where a client has used the Authorization header; else 400 is as right.
export const clientAuthentication = group('AS-CAUTH', 'Client authentication', [
  must('AS-CAUTH-01', ['core'], {
    requirement: 'Every client with a secret may send it in the body',
    expected: [json(200)],
    sources: [from('OAuth 2.1', '2.4.1')],
  }),
  must('AS-CAUTH-02', ['core'], {
    requirement: 'HTTP Basic works, with both halves form-decoded first: `+`, `%`, `:` and other alphabets included',
    expected: [json(200)],
    sources: [from('RFC 6749', '2.3.1'), from('OpenID conformance suite', 'oidcc-server')],
  }),
  must('AS-CAUTH-03', ['core', 'rejects'], {
    requirement: 'A wrong secret by Basic is answered with a Basic challenge',
    expected: [challenge(401, 'Basic', 'invalid_client')],
    sources: [from('RFC 6749', '5.2'), from('OAuth 2.1', '3.2.4')],
  }),
  must('AS-CAUTH-04', ['core', 'rejects'], {
    requirement: 'A wrong secret or assertion in the body authenticates nobody',
    expected: [json(401, 'invalid_client')],
    accepted: [json(400, 'invalid_client')],
    sources: [from('RFC 6749', '5.2')],
  }),
  must('AS-CAUTH-05', ['core', 'rejects'], {
    requirement: 'Two ways of authentication at once are refused',
    expected: [json(400, 'invalid_request')],
    accepted: [json(400, 'invalid_client'), json(401, 'invalid_client')],
    sources: [from('RFC 6749', '2.3'), from('OAuth 2.1', '3.2.4')],
  }),
  must('AS-CAUTH-06', ['core', 'rejects'], {
    requirement: 'A confidential client that says only who it is gets nothing, at a refresh neither',
    expected: [json(401, 'invalid_client')],
    accepted: [json(400, 'invalid_client')],
    sources: [from('OAuth 2.1', '3.2.1'), from('OpenID Connect Core', '12'), from('OpenID conformance suite', 'refresh-token')],
  }),
  decision('AS-CAUTH-07', ['core', 'rejects'], {
    requirement: 'A way of authentication other than the registered one is refused',
    expected: [json(401, 'invalid_client')],
    accepted: [json(400, 'invalid_client')],
    sources: [from('RFC 7591', '2'), from('Rolecall')],
  }),
  decision('AS-CAUTH-08', [], {
    requirement: 'Nobody can tell an unknown client from a wrong secret, by answer or by time',
    expected: [json(401, 'invalid_client')],
    accepted: [json(400, 'invalid_client')],
    sources: [from('RFC 9700'), from('Rolecall')],
  }),
  must('AS-CAUTH-09', ['core'], {
    requirement: 'A public client is named by its `client_id`, and a secret in a browser proves nothing',
    expected: [json(200)],
    sources: [from('OAuth 2.1', '4.1.3'), from('RFC 10017', 'client authentication')],
  }),
  must('AS-CAUTH-10', ['core', 'rejects'], {
    requirement:
      'A signed assertion for the issuer, from and about the client, with end and `jti`, authenticates it; a `client_id` beside it has to agree',
    expected: [json(200), json(401, 'invalid_client', 'another client_id')],
    accepted: [json(400, 'invalid_client', 'another client_id'), json(400, 'invalid_request', 'another client_id')],
    sources: [from('RFC 7523', '2.2', '3'), from('OpenID Connect Core', '9')],
  }),
  must('AS-CAUTH-11', ['core', 'rejects'], {
    requirement: 'An assertion whose audience is an endpoint, or anything but the issuer, is refused',
    expected: [json(401, 'invalid_client')],
    accepted: [json(400, 'invalid_client')],
    sources: [
      from('RFC 10070'),
      from('FAPI 2.0', '5.3.2.1'),
      from('OpenID conformance suite', 'par-test-token-endpoint-url-as-audience-fails'),
    ],
  }),
  must('AS-CAUTH-12', ['core', 'rejects'], {
    requirement: 'The issuer has to be the only audience; as a list of one it passes, except under FAPI',
    expected: [json(401, 'invalid_client'), json(200, undefined, 'a list of one, outside of FAPI')],
    accepted: [json(400, 'invalid_client')],
    sources: [from('RFC 10070'), from('OpenID conformance suite', 'par-test-array-as-audience-fails')],
  }),
  must('AS-CAUTH-13', [], {
    requirement: 'Issuers are compared as strings: a slash at the end makes another one',
    expected: [json(401, 'invalid_client')],
    accepted: [json(400, 'invalid_client')],
    sources: [from('RFC 7523', '3'), from('RFC 3986', '6.2.1')],
  }),
  must('AS-CAUTH-14', ['core', 'rejects'], {
    requirement:
      'An assertion is refused that has expired, lacks a claim, is from the future, disagrees with itself, or whose signature, algorithm or key is wrong',
    expected: [json(401, 'invalid_client')],
    accepted: [json(400, 'invalid_client')],
    sources: [from('RFC 7523', '3'), from('FAPI 2.0', '5.3.2.1')],
  }),
  must('AS-CAUTH-15', ['fapi2'], {
    requirement: 'Ten seconds of difference between the clocks are forgiven',
    expected: [json(200)],
    sources: [from('FAPI 2.0', '5.3.2.1')],
  }),
  must('AS-CAUTH-16', ['core', 'rejects'], {
    requirement: 'An assertion works once: its `jti` is refused the second time',
    expected: [json(401, 'invalid_client')],
    accepted: [json(400, 'invalid_client')],
    sources: [from('OpenID Connect Core', '9'), from('RFC 7523', '3')],
  }),
  must('AS-CAUTH-17', ['core', 'rejects'], {
    requirement: 'The header may say `client-authentication+jwt`, `JWT` or nothing; a JWT declared as something else is refused',
    expected: [json(200), json(401, 'invalid_client', 'another declared type')],
    accepted: [json(400, 'invalid_client', 'another declared type')],
    sources: [from('RFC 10070'), from('RFC 8725', '3.11')],
  }),
  decision('AS-CAUTH-18', ['rejects'], {
    requirement: 'An unknown type of assertion, or half of the pair of parameters, is refused',
    expected: [json(401, 'invalid_client')],
    accepted: [json(400, 'invalid_request'), json(400, 'invalid_client')],
    sources: [from('RFC 7521', '4.2'), from('Rolecall')],
  }),
  must('AS-CAUTH-19', [], {
    requirement: 'A new `kid` makes the server ask the client’s `jwks_uri` again, at a limited rate, so that clients can change keys',
    expected: [json(200)],
    sources: [from('OpenID Connect Core', '10.1.1'), from('OpenID conformance suite', 'oidcc-refresh-token-rp-key-rotation')],
  }),
  must('AS-CAUTH-20', ['rejects', 'fapi2'], {
    requirement: 'Under FAPI an RS256 assertion is refused; PS256, ES256 and EdDSA pass',
    expected: [json(401, 'invalid_client'), json(200)],
    accepted: [json(400, 'invalid_client')],
    sources: [from('FAPI 2.0', '5.4'), from('OpenID conformance suite', 'client-assertion-with-RS256-fails')],
  }),
  must('AS-CAUTH-21', ['rejects'], {
    requirement: 'A secret that has expired is refused',
    expected: [json(401, 'invalid_client')],
    accepted: [json(400, 'invalid_client')],
    sources: [from('RFC 7591', '3.2.1')],
  }),
]);
