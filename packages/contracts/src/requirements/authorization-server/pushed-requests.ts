import { answer, json, page, redirect } from '../outcome.ts';
import { decision, group, must, should } from '../requirement.ts';
import { from } from '../source.ts';

export const pushedRequests = group('AS-PAR', 'Pushed authorization requests', [
  must('AS-PAR-01', ['core'], {
    requirement: 'A pushed request gets 201 with a reference that nobody can guess and the seconds that it lives (under 600 for FAPI)',
    expected: [json(201)],
    sources: [from('RFC 9126', '2.2'), from('FAPI 2.0', '5.3.2.2')],
  }),
  must('AS-PAR-02', ['core'], {
    requirement: '`client_id` and the reference are all that an authorization request needs',
    expected: [redirect()],
    sources: [from('RFC 9126', '4'), from('OpenID conformance suite', 'par-without-duplicate-parameters')],
  }),
  must('AS-PAR-03', ['core', 'rejects'], {
    requirement: 'Clients authenticate as at `/token`; public ones may push with their `client_id`, except under FAPI',
    expected: [json(401, 'invalid_client')],
    sources: [from('RFC 9126', '2'), from('FAPI 2.0', '5.3.2.2')],
  }),
  must('AS-PAR-04', ['core', 'rejects'], {
    requirement: 'A reference cannot be pushed itself',
    expected: [json(400, 'invalid_request')],
    // RFC 9126 §2.3 leaves the code to the authorization endpoint’s, of which OpenID Connect has one for it.
    accepted: [json(400, 'request_uri_not_supported'), json(400, 'invalid_request_uri')],
    sources: [from('RFC 9126', '2.1')],
  }),
  must('AS-PAR-05', ['core', 'rejects'], {
    requirement: 'A pushed request is checked as an authorization request is, and answered with the same codes',
    expected: [
      json(400, 'invalid_request'),
      json(400, 'unsupported_response_type'),
      json(400, 'invalid_scope'),
      json(400, 'invalid_target'),
      json(400, 'invalid_authorization_details'),
    ],
    sources: [from('RFC 9126', '2.1', '2.3')],
  }),
  must('AS-PAR-06', ['rejects'], {
    requirement: 'Other methods, bodies that are too large and floods are refused',
    expected: [answer(405), answer(413), json(429)],
    sources: [from('RFC 9126', '2.3')],
  }),
  must('AS-PAR-07', ['core', 'rejects'], {
    requirement: 'A reference is worth nothing to another client and stays good for its own',
    expected: [page()],
    accepted: [redirect('invalid_request'), redirect('invalid_request_uri')],
    sources: [from('RFC 9126', '2.2', '4')],
  }),
  must('AS-PAR-08', ['core', 'rejects'], {
    requirement: 'A reference that has expired gets an error page',
    expected: [page()],
    accepted: [redirect('invalid_request_uri')],
    sources: [from('RFC 9126', '4'), from('RFC 9101', '7')],
  }),
  should('AS-PAR-09', ['rejects'], {
    requirement: 'After an authorization its reference is used up; loading the page again before that is fine',
    expected: [page()],
    accepted: [redirect('invalid_request_uri')],
    sources: [from('RFC 9126', '4', '7.3'), from('FAPI 2.0', '5.3.2.2')],
  }),
  must('AS-PAR-10', ['core'], {
    requirement: 'What stands beside a reference is ignored: the pushed values count',
    expected: [redirect()],
    sources: [from('RFC 9101', '5', '6.3')],
  }),
  must('AS-PAR-11', ['core', 'rejects'], {
    requirement: 'A reference without `client_id` gets an error page',
    expected: [page()],
    sources: [from('RFC 9101', '5')],
  }),
  must('AS-PAR-12', ['core', 'rejects'], {
    requirement: 'Where pushing is required, of all or of this client, a direct request is refused',
    expected: [page()],
    accepted: [redirect('invalid_request')],
    sources: [from('RFC 9126', '5', '6'), from('FAPI 2.0', '5.3.2.2')],
  }),
  must('AS-PAR-13', ['rejects'], {
    requirement: 'Beside a pushed request object nothing else counts, and its `client_id` is the authenticated client',
    expected: [json(400, 'invalid_request_object')],
    accepted: [json(400, 'invalid_request')],
    sources: [from('RFC 9126', '3')],
  }),
  decision('AS-PAR-14', [], {
    requirement: 'Pushing does not free a client from registering its redirect URIs',
    expected: [json(400, 'invalid_request')],
    sources: [from('RFC 9126', '2.4'), from('Rolecall')],
  }),
]);
