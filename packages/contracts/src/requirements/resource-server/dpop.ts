import { answer, challenge } from '../outcome.ts';
import { group, must, optional, should } from '../requirement.ts';
import { from } from '../source.ts';

// RFC 9449 §7.1 says what each of the two errors of a bad proof is for, and that one SHOULD be sent: either is accepted.
export const resourceServerDpop = group('RS-DPOP', 'Tokens bound to a key', [
  must('RS-DPOP-01', ['core'], {
    requirement: 'A bound token with a good proof, under the scheme `DPoP` in any case, opens the API',
    expected: [answer(200)],
    sources: [from('RFC 9449', '7.1'), from('OpenID conformance suite', 'access-token-type-header-case-sensitivity')],
  }),
  must('RS-DPOP-02', ['core', 'rejects'], {
    requirement: 'A proof that is missing, doubled or wrong in any part is refused, with the algorithms that would do',
    expected: [challenge(401, 'DPoP', 'invalid_dpop_proof')],
    accepted: [challenge(401, 'DPoP', 'invalid_token')],
    sources: [from('RFC 9449', '4.3', '7.1'), from('OpenID conformance suite', 'dpop-negative-tests')],
  }),
  must('RS-DPOP-03', ['core', 'rejects'], {
    requirement: 'A good proof by another key than the token’s is refused',
    expected: [challenge(401, 'DPoP', 'invalid_token')],
    accepted: [challenge(401, 'DPoP', 'invalid_dpop_proof')],
    sources: [from('RFC 9449', '6', '7.1')],
  }),
  must('RS-DPOP-04', ['core', 'rejects'], {
    requirement: 'A bound token is no bearer token, with or without a proof',
    expected: [challenge(401, 'Bearer', 'invalid_token')],
    accepted: [challenge(401, 'DPoP', 'invalid_token'), challenge(401, 'DPoP', 'invalid_dpop_proof')],
    sources: [from('RFC 9449', '7.2')],
  }),
  must('RS-DPOP-05', ['rejects'], {
    requirement: 'A bearer token does not become a bound one by its scheme',
    expected: [challenge(401, 'DPoP', 'invalid_token')],
    accepted: [challenge(401, 'DPoP', 'invalid_dpop_proof')],
    sources: [from('RFC 9449', '7.1')],
  }),
  must('RS-DPOP-06', [], {
    requirement: 'A proof is compared with the address that the world knows, without query: never with what a `Host` header says',
    expected: [answer(200), challenge(401, 'DPoP', 'invalid_dpop_proof')],
    sources: [from('RFC 9449', '4.3')],
  }),
  should('RS-DPOP-07', ['core', 'rejects'], {
    requirement: 'A proof works once: the second time it is refused',
    expected: [challenge(401, 'DPoP', 'invalid_dpop_proof')],
    accepted: [challenge(401, 'DPoP', 'invalid_token')],
    sources: [from('RFC 9449', '11.1')],
  }),
  must('RS-DPOP-08', ['core', 'rejects'], {
    requirement: 'Where nonces are asked for, a proof without one of ours is told one and then passes; the other server’s do not count',
    expected: [challenge(401, 'DPoP', 'use_dpop_nonce'), answer(200)],
    sources: [from('RFC 9449', '9')],
  }),
  should('RS-DPOP-09', [], {
    requirement: 'Both schemes are offered to whoever comes without credentials; an error goes to the scheme that was tried',
    expected: [challenge(401, 'Bearer'), challenge(401, 'DPoP')],
    sources: [from('RFC 9449', '7.2')],
  }),
  must('RS-DPOP-10', [], {
    requirement: 'Unknown members of a proof and ten seconds of clock difference do no harm',
    expected: [answer(200)],
    sources: [from('RFC 9449', '4.2'), from('MCP DPoP')],
  }),
  must('RS-DPOP-11', [], {
    requirement: 'The key in an introspection response binds as the one in a JWT does',
    expected: [challenge(401, 'DPoP', 'invalid_token'), answer(200)],
    accepted: [challenge(401, 'DPoP', 'invalid_dpop_proof')],
    sources: [from('RFC 9449', '6.2')],
  }),
  optional('RS-DPOP-12', ['rejects'], {
    requirement: 'Where the metadata says that tokens must be bound, others are refused',
    expected: [challenge(401, 'DPoP', 'invalid_token')],
    sources: [from('RFC 9728', '2')],
  }),
]);
