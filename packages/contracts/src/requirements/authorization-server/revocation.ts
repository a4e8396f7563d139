import { answer, json } from '../outcome.ts';
import { group, must, optional } from '../requirement.ts';
import { from } from '../source.ts';

export const revocation = group('AS-REV', 'Revocation', [
  must('AS-REV-01', ['core'], {
    requirement: 'A revoked token is dead when the answer comes; to revoke it again is no error',
    expected: [answer(200)],
    sources: [from('RFC 7009', '2.1', '2.2')],
  }),
  must('AS-REV-02', ['core'], {
    requirement: 'To revoke what does not exist is a success, and unknown hints are ignored',
    expected: [answer(200)],
    sources: [from('RFC 7009', '2.2')],
  }),
  must('AS-REV-03', ['core', 'rejects'], {
    requirement: 'Wrong client authentication and a missing token are refused',
    expected: [json(401, 'invalid_client'), json(400, 'invalid_request')],
    sources: [from('RFC 7009', '2.1', '2.2.1')],
  }),
  must('AS-REV-04', ['core', 'rejects'], {
    requirement: 'Another client’s token stays alive',
    expected: [json(400, 'invalid_grant')],
    // RFC 7009 §2.1: refused, and the client is told of the error, of which no code is named.
    accepted: [answer(200), json(400, 'invalid_request'), json(400, 'unauthorized_client'), json(400, 'invalid_client')],
    sources: [from('RFC 7009', '2.1')],
  }),
  must('AS-REV-05', ['core'], {
    requirement: 'With a refresh token die the access tokens of its grant',
    expected: [answer(200)],
    sources: [from('RFC 7009', '2.1')],
  }),
  optional('AS-REV-06', ['rejects'], {
    requirement: 'A kind of token that cannot be revoked is named as such',
    expected: [json(400, 'unsupported_token_type')],
    sources: [from('RFC 7009', '2.2.1')],
  }),
  must('AS-REV-07', ['core'], {
    requirement: 'Public clients revoke by naming themselves',
    expected: [answer(200)],
    sources: [from('RFC 7009', '2.1', '5')],
  }),
]);
