import { page, redirect } from '../outcome.ts';
import { group, must, optional } from '../requirement.ts';
import { from } from '../source.ts';

export const requestObjects = group('AS-JAR', 'Signed request objects', [
  must('AS-JAR-01', ['core'], {
    requirement: 'A signed request object gives what its parameters would give by themselves, and may be typed `oauth-authz-req+jwt`',
    expected: [redirect()],
    sources: [from('RFC 9101', '5', '10.8')],
  }),
  must('AS-JAR-02', ['core', 'rejects'], {
    requirement: '`client_id` is needed outside of the object and must be the one within',
    expected: [page(), redirect('invalid_request_object')],
    sources: [from('RFC 9101', '5', '6.3')],
  }),
  must('AS-JAR-03', [], {
    requirement: 'With an object, parameters outside of it are not looked at',
    expected: [redirect()],
    sources: [from('RFC 9101', '6.3'), from('OpenID conformance suite', 'state-only-outside-request-object-not-used')],
  }),
  must('AS-JAR-04', ['core', 'rejects'], {
    requirement: 'A bad signature, an unknown key, another algorithm than registered, or `none` where a signature is due is refused',
    expected: [page(), redirect('invalid_request_object')],
    sources: [from('RFC 9101', '6.2', '7', '10.5')],
  }),
  must('AS-JAR-05', ['core', 'rejects'], {
    requirement: 'Object and reference exclude each other, and an object may hold neither',
    expected: [redirect('invalid_request', 'both'), redirect('invalid_request_object', 'nested')],
    sources: [from('RFC 9101', '4', '5')],
  }),
  must('AS-JAR-06', ['rejects'], {
    requirement:
      'An object for another audience, past its end or before its beginning is refused; message signing asks for all three, within an hour',
    expected: [redirect('invalid_request_object'), page()],
    sources: [from('RFC 9101', '4', '6'), from('FAPI 2.0 Message Signing', '5.3.1')],
  }),
  must('AS-JAR-07', ['rejects'], {
    requirement: 'An assertion for client authentication, or a JWT of another declared type, is no request object',
    expected: [redirect('invalid_request_object'), page()],
    sources: [from('RFC 9101', '10.8'), from('RFC 8725', '3.11')],
  }),
  must('AS-JAR-08', ['rejects'], {
    requirement: 'Where signed requests are required, plain parameters are refused',
    expected: [redirect('invalid_request'), page()],
    sources: [from('RFC 9101', '10.5')],
  }),
  optional('AS-JAR-09', ['rejects'], {
    requirement: 'Objects are fetched from registered https addresses only, never from special ones, or not at all',
    expected: [redirect('invalid_request_uri'), redirect('request_uri_not_supported')],
    // The redirect URI is in the object (RFC 9101 §5): who does not fetch that has nowhere to redirect to.
    accepted: [page()],
    sources: [from('RFC 9101', '5.2', '10.4'), from('OpenID Connect Core', '6.2')],
  }),
]);
