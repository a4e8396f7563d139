import { answer, challenge, request } from '../outcome.ts';
import { group, must } from '../requirement.ts';
import { from } from '../source.ts';

export const resourceServerIntrospection = group('RS-INT', 'Tokens that are introspected', [
  must('RS-INT-01', ['core'], {
    requirement: 'The resource server authenticates when it asks about a token, and inactive means refused',
    expected: [request(), challenge(401, 'Bearer', 'invalid_token')],
    sources: [from('RFC 7662', '2.1', '2.2')],
  }),
  must('RS-INT-02', ['core', 'rejects'], {
    requirement: 'An active token is still checked for audience, issuer, end and scope',
    expected: [challenge(401, 'Bearer', 'invalid_token'), challenge(403, 'Bearer', 'insufficient_scope')],
    sources: [from('RFC 7662', '4'), from('RFC 6750')],
  }),
  must('RS-INT-03', ['core'], {
    requirement: 'An answer is kept no longer than the token lives, nor longer than configured: a revoked token ends with it',
    expected: [challenge(401, 'Bearer', 'invalid_token')],
    sources: [from('RFC 7662', '4')],
  }),
  must('RS-INT-04', ['rejects'], {
    requirement: 'An answer as a JWT is checked in full, and such a JWT is no access token',
    expected: [answer(503), challenge(401, 'Bearer', 'invalid_token')],
    sources: [from('RFC 9701', '5', '8')],
  }),
]);
