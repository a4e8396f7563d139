import { challenge, json } from '../outcome.ts';
import { group, must } from '../requirement.ts';
import { from } from '../source.ts';

export const tokenEndpoint = group('AS-TOKEN', 'Token endpoint, whatever the grant', [
  must('AS-TOKEN-01', ['core'], {
    requirement: 'A token response has `access_token`, `token_type`, `expires_in` as a number, and the granted scope',
    expected: [json(200)],
    sources: [from('OAuth 2.1', '3.2.3')],
  }),
  must('AS-TOKEN-02', ['core', 'rejects'], {
    requirement: 'A missing grant type is refused, and so is one that is not offered, `password` and `implicit` first of all',
    expected: [json(400, 'invalid_request', 'missing'), json(400, 'unsupported_grant_type')],
    accepted: [json(400, 'unsupported_grant_type', 'missing'), json(400, 'unauthorized_client')],
    sources: [from('RFC 6749', '5.2'), from('RFC 9700', '2.4')],
  }),
  must('AS-TOKEN-03', ['core', 'rejects'], {
    requirement: 'A grant that the client is not registered for is refused',
    expected: [json(400, 'unauthorized_client')],
    sources: [from('RFC 6749', '5.2')],
  }),
  must('AS-TOKEN-04', ['core', 'rejects'], {
    requirement: 'A grant without the parameter that it lives on is refused',
    expected: [json(400, 'invalid_request')],
    sources: [from('RFC 6749', '5.2')],
  }),
  must('AS-TOKEN-05', ['core', 'rejects'], {
    requirement: 'A scope that is unknown or beyond what was granted is refused',
    expected: [json(400, 'invalid_scope')],
    accepted: [json(200, undefined, 'the scope is left out and the granted ones are reported')],
    sources: [from('RFC 6749', '5.2')],
  }),
  must('AS-TOKEN-06', [], {
    requirement: 'Codes and opaque tokens have 128 bits of randomness at least and characters that need no encoding',
    expected: [json(200)],
    sources: [from('RFC 6749', '10.10', 'A'), from('RFC 6750', '2.1')],
  }),
  must('AS-TOKEN-07', ['rejects'], {
    requirement: 'No token is in an address of this server, given or taken',
    expected: [json(400), challenge(401, 'Bearer')],
    sources: [from('RFC 9700', '2.1.2', '4.3.2')],
  }),
]);
