import { token } from '../outcome.ts';
import { group, must, should } from '../requirement.ts';
import { from } from '../source.ts';

export const accessTokens = group('AS-AT', 'JWT access tokens', [
  must('AS-AT-01', ['core'], {
    requirement: 'A JWT access token says `at+jwt`, is signed asymmetrically with a key that can be found, and RS256 can be had',
    expected: [token()],
    sources: [from('RFC 9068', '2.1')],
  }),
  must('AS-AT-02', ['core'], {
    requirement: 'It has issuer, end, audience, subject, client, time of issue, identifier, and the granted scope',
    expected: [token()],
    sources: [from('RFC 9068', '2.2', '2.2.3')],
  }),
  should('AS-AT-03', [], {
    requirement: 'It says how and when the user logged in, which a refresh does not change',
    expected: [token()],
    sources: [from('RFC 9068', '2.2.1'), from('RFC 9470', '6')],
  }),
  must('AS-AT-04', ['rejects'], {
    requirement: 'Nobody can take an ID token for an access token or the other way round',
    expected: [token()],
    sources: [from('RFC 9068', '2.1', '5'), from('RFC 8725', '3.11')],
  }),
  should('AS-AT-05', [], {
    requirement: 'It is short-lived, ten minutes at most, and can be revoked',
    expected: [token()],
    sources: [from('RFC 9700', '4.14'), from('MCP authorization', 'token theft')],
  }),
]);
