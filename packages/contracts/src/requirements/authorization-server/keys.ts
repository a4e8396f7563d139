import { answer, document, json } from '../outcome.ts';
import { group, must, should } from '../requirement.ts';
import { from } from '../source.ts';

export const keys = group('AS-JWKS', 'Published keys', [
  must('AS-JWKS-01', ['core'], {
    requirement: 'The key set holds public signing keys only, each with type, use, algorithm and a `kid` of its own',
    expected: [json(200)],
    sources: [from('RFC 7517'), from('OpenID Connect Core', '10.1')],
  }),
  must('AS-JWKS-02', ['core'], {
    requirement:
      'A new key is published before it signs and an old one for as long as something it signed is valid: rotation breaks no token',
    expected: [document()],
    sources: [from('OpenID Connect Core', '10.1.1'), from('OpenID conformance suite', 'oidcc-server-rotate-keys')],
  }),
  must('AS-JWKS-03', [], {
    requirement: 'No key is weaker than RSA with 2048 bits or the curve P-256',
    expected: [document()],
    sources: [from('RFC 7518'), from('FAPI 2.0', '5.4.1')],
  }),
  should('AS-JWKS-04', [], {
    requirement: 'The key set may be cached for a stated time and read from other origins',
    expected: [answer(200)],
    sources: [from('OpenID Connect Core', '10.1')],
  }),
]);
