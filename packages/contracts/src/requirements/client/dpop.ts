import { nothing, request } from '../outcome.ts';
import { group, must } from '../requirement.ts';
import { from } from '../source.ts';

export const clientDpop = group('C-DPOP', 'Proofs', [
  must('C-DPOP-01', ['core'], {
    requirement: 'Each request has a proof of its own: at `/token`, and at the API with the token’s hash',
    expected: [request()],
    sources: [from('RFC 9449', '4.2', '5', '7'), from('MCP conformance tests', 'auth/dpop')],
  }),
  must('C-DPOP-02', ['core'], {
    requirement: 'Tries once more with the nonce that it is told, and keeps nonces for each origin apart',
    expected: [request()],
    sources: [
      from('RFC 9449', '8', '9'),
      from('MCP conformance tests', 'auth/dpop-nonce'),
      from('OpenID conformance suite', 'rs-dpop-auth-scheme-case-insensitivity'),
    ],
  }),
  must('C-DPOP-03', [], {
    requirement: 'A proof names the address without query; keys in a browser cannot be exported',
    expected: [request()],
    sources: [from('RFC 9449', '4.2', '11')],
  }),
  must('C-DPOP-04', ['rejects'], {
    requirement: 'A bearer token in answer to a proof is not used quietly',
    expected: [nothing()],
    sources: [from('RFC 9449', '5')],
  }),
]);
