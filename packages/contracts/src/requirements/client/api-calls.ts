import { nothing, request } from '../outcome.ts';
import { group, must, should } from '../requirement.ts';
import { from } from '../source.ts';

export const clientApiCalls = group('C-API', 'Calls to the API', [
  must('C-API-01', ['core'], {
    requirement: 'Sends the token in the header only, to the API that it is for only, with each request',
    expected: [request()],
    sources: [from('OAuth 2.1', '5.1'), from('MCP authorization', 'access token usage')],
  }),
  must('C-API-02', ['core'], {
    requirement: 'A token that is refused is renewed once, else the user is asked; there is no loop',
    expected: [request()],
    sources: [from('RFC 6750', '3.1')],
  }),
  should('C-API-03', ['core'], {
    requirement: 'When scope is missing asks for the old and the new together, a few times at most',
    expected: [request()],
    sources: [from('MCP authorization', 'step-up'), from('MCP conformance tests', 'auth/scope-step-up', 'auth/scope-retry-limit')],
  }),
  must('C-API-04', ['core'], {
    requirement: 'When a stronger or newer login is asked for, asks for that and tries again',
    expected: [request()],
    sources: [from('RFC 9470', '3', '4')],
  }),
  should('C-API-05', [], {
    requirement: 'The challenge says what this operation needs; nothing is concluded from a list of scopes',
    expected: [request()],
    sources: [from('MCP authorization', 'scope selection')],
  }),
  must('C-API-06', ['rejects'], {
    requirement: 'Does not carry the token to another origin when redirected',
    expected: [nothing()],
    sources: [from('RFC 9700', '4.9'), from('Rolecall')],
  }),
]);
