import { answer, challenge, nothing } from '../outcome.ts';
import { decision, group, must } from '../requirement.ts';
import { from } from '../source.ts';

export const resourceServerJwtValidation = group('RS-JWT', 'JWT access tokens', [
  must('RS-JWT-01', ['core', 'rejects'], {
    requirement: 'Only a JWT whose header says `at+jwt` is an access token; one of the many other kinds is not',
    expected: [challenge(401, 'Bearer', 'invalid_token')],
    sources: [from('RFC 9068', '4')],
  }),
  must('RS-JWT-02', ['core', 'rejects'], {
    requirement: 'Unsigned tokens, public keys used as secrets, algorithms off the list and keys of another type are refused',
    expected: [challenge(401, 'Bearer', 'invalid_token')],
    sources: [from('RFC 9068', '4'), from('RFC 8725', '3.1')],
  }),
  must('RS-JWT-03', ['core', 'rejects'], {
    requirement: 'The issuer is the configured one, letter by letter',
    expected: [challenge(401, 'Bearer', 'invalid_token')],
    sources: [from('RFC 9068', '4')],
  }),
  must('RS-JWT-04', ['core', 'rejects'], {
    requirement: 'A token that is not for this resource server, or for its neighbour, is refused',
    expected: [challenge(401, 'Bearer', 'invalid_token')],
    sources: [from('RFC 9068', '4'), from('RFC 9700', '2.3'), from('MCP authorization')],
  }),
  must('RS-JWT-05', ['core', 'rejects'], {
    requirement: 'A token past its end or before its beginning is refused, give or take a minute',
    expected: [challenge(401, 'Bearer', 'invalid_token')],
    sources: [from('RFC 9068', '4')],
  }),
  must('RS-JWT-06', ['core', 'rejects'], {
    requirement: 'A token that lacks a required claim, or has one of another type, is refused',
    expected: [challenge(401, 'Bearer', 'invalid_token')],
    sources: [from('RFC 9068', '2.2')],
  }),
  must('RS-JWT-07', ['rejects'], {
    requirement: 'Keys that a token brings along or points to are never used; unknown critical headers are refused',
    expected: [challenge(401, 'Bearer', 'invalid_token'), nothing()],
    sources: [from('RFC 8725', '3.10'), from('RFC 7515', '4.1.11')],
  }),
  must('RS-JWT-08', ['core'], {
    requirement: 'A new `kid` fetches the keys again, at a limited rate: rotation needs no restart and a flood does no harm',
    expected: [answer(200), challenge(401, 'Bearer', 'invalid_token')],
    sources: [from('RFC 9068', '4'), from('OpenID Connect Core', '10.1.1')],
  }),
  decision('RS-JWT-09', [], {
    requirement: 'Where the keys cannot be had and none are known, the API is not available, rather than open or shut',
    expected: [answer(503)],
    sources: [from('Rolecall')],
  }),
  must('RS-JWT-10', ['core', 'rejects'], {
    requirement: 'The token of a client that acts for itself does not open what is for users',
    expected: [challenge(403, 'Bearer', 'insufficient_scope')],
    accepted: [answer(403)],
    sources: [from('RFC 9068', '5'), from('RFC 9700', '4.15')],
  }),
  must('RS-JWT-11', [], {
    requirement: 'Discovery checks the issuer, and each of several issuers signs with its own keys only',
    expected: [answer(200), challenge(401, 'Bearer', 'invalid_token')],
    sources: [from('RFC 8414', '3.3'), from('RFC 8725', '3.8')],
  }),
]);
