import { answer, nothing, page, request } from '../outcome.ts';
import { group, must, should } from '../requirement.ts';
import { from } from '../source.ts';

export const clientCallback = group('C-CB', 'Callback', [
  must('C-CB-01', ['core', 'rejects'], {
    requirement: 'A callback with a `state` that is missing, unknown, used or another browser’s goes no further',
    expected: [nothing()],
    sources: [from('RFC 6749', '10.12'), from('OpenID conformance suite', 'invalid-state-fails')],
  }),
  must('C-CB-02', ['core', 'rejects'], {
    requirement: 'A callback from another issuer, or from none where one was promised, goes no further and its error is not shown',
    expected: [nothing()],
    sources: [
      from('RFC 9207', '2.4'),
      from('MCP authorization', 'authorization response validation'),
      from('MCP conformance tests', 'auth/iss-wrong-issuer', 'auth/iss-supported-missing', 'auth/iss-unexpected'),
    ],
  }),
  must('C-CB-03', ['core'], {
    requirement: 'Compares the issuer letter by letter; where none was promised and none came it goes on',
    expected: [nothing('differs in anything'), request('none promised, none sent')],
    sources: [from('MCP authorization'), from('MCP conformance tests', 'auth/iss-normalized', 'auth/iss-not-advertised')],
  }),
  must('C-CB-04', ['core', 'rejects'], {
    requirement: 'A callback with a parameter twice, or with both code and error, is refused',
    expected: [nothing()],
    sources: [from('OAuth 2.1', '3.1')],
  }),
  must('C-CB-05', ['core'], {
    requirement: 'An error ends the attempt cleanly, and its text is escaped',
    expected: [nothing(), page()],
    sources: [from('RFC 6749', '4.1.2.1'), from('OAuth 2.1', '7.12')],
  }),
  must('C-CB-06', [], {
    requirement: 'Parameters that it does not know are ignored',
    expected: [request()],
    sources: [from('OAuth 2.1', '4.1.2')],
  }),
  should('C-CB-07', [], {
    requirement: 'Leaves the callback’s address at once for a clean one and passes it on to nobody',
    expected: [answer(303)],
    sources: [from('OAuth 2.1', '2.3.6'), from('RFC 9700', '4.2.4')],
  }),
  must('C-CB-08', ['core', 'rejects'], {
    requirement: 'Sends the browser nowhere that somebody else has put into an address',
    expected: [nothing()],
    sources: [from('OAuth 2.1', '7.13.1'), from('RFC 9700', '4.11.1')],
  }),
]);
