import { challenge, json, token } from '../outcome.ts';
import { group, must, should } from '../requirement.ts';
import { from } from '../source.ts';

export const dpop = group('AS-DPOP', 'Tokens bound to a key', [
  must('AS-DPOP-01', ['core'], {
    requirement: 'A token request with a good proof gives a token that is bound to the key’s thumbprint',
    expected: [json(200), token()],
    sources: [from('RFC 9449', '5', '6.1', '6.2')],
  }),
  must('AS-DPOP-02', ['core', 'rejects'], {
    requirement:
      'A proof that is wrong in any part (header, type, algorithm, key, signature, claims, method, address, time) is refused, and so are two',
    expected: [json(400, 'invalid_dpop_proof')],
    sources: [from('RFC 9449', '4.3', '5')],
  }),
  must('AS-DPOP-03', [], {
    requirement: 'A proof’s address is compared without query and fragment, and case of host or default port do not matter',
    expected: [json(200)],
    sources: [from('RFC 9449', '4.3')],
  }),
  must('AS-DPOP-04', [], {
    requirement: 'Ten seconds of clock difference and members that are not known do no harm to a proof',
    expected: [json(200)],
    sources: [from('OpenID conformance suite', 'dpopproof-with-iat-10seconds', 'check-dpop-proof-nbf-exp')],
  }),
  should('AS-DPOP-05', ['rejects'], {
    requirement: 'A proof works once at an address',
    expected: [json(400, 'invalid_dpop_proof')],
    sources: [from('RFC 9449', '11.1')],
  }),
  must('AS-DPOP-06', ['core', 'rejects'], {
    requirement: 'Where nonces are asked for, a proof without a current one is told one and then passes',
    expected: [json(400, 'use_dpop_nonce'), json(200)],
    sources: [from('RFC 9449', '8', '8.2')],
  }),
  must('AS-DPOP-07', ['core', 'rejects'], {
    requirement: 'A client that has said all its tokens are bound gets none without a proof',
    expected: [json(400, 'invalid_dpop_proof')],
    accepted: [json(400, 'invalid_request'), json(400, 'invalid_grant')],
    sources: [from('RFC 9449', '5.2'), from('OpenID conformance suite', 'holder-of-key-required')],
  }),
  must('AS-DPOP-08', ['core', 'rejects'], {
    requirement: 'A code that was asked for with `dpop_jkt` is redeemed with that key only',
    expected: [json(400, 'invalid_grant')],
    accepted: [json(400, 'invalid_request'), json(400, 'invalid_dpop_proof')],
    sources: [from('RFC 9449', '10')],
  }),
  must('AS-DPOP-09', ['core', 'rejects'], {
    requirement: 'A proof at the pushing of a request binds the code as `dpop_jkt` does; the two must not disagree',
    expected: [json(400, 'invalid_dpop_proof')],
    accepted: [json(400, 'invalid_request')],
    sources: [from('RFC 9449', '10.1')],
  }),
  must('AS-DPOP-10', [], {
    requirement: 'UserInfo asks for proofs as any resource does',
    expected: [challenge(401, 'DPoP', 'invalid_token'), challenge(401, 'DPoP', 'invalid_dpop_proof')],
    sources: [from('RFC 9449', '7')],
  }),
  must('AS-DPOP-11', [], {
    requirement: 'Introspection needs no proof and says that the token is of type DPoP',
    expected: [json(200)],
    sources: [from('RFC 9449', '6.2')],
  }),
]);
