import { challenge, json, redirect, token } from '../outcome.ts';
import { group, must, should } from '../requirement.ts';
import { from } from '../source.ts';

export const resourceIndicators = group('AS-RI', 'Resource indicators', [
  must('AS-RI-01', ['core', 'rejects'], {
    requirement: 'A resource that is relative, has a fragment or is unknown is refused',
    expected: [redirect('invalid_target'), json(400, 'invalid_target')],
    sources: [from('RFC 8707', '2')],
  }),
  must('AS-RI-02', ['core', 'rejects'], {
    requirement: 'The token’s audience is the resource that was asked for, out of those of the authorization request',
    expected: [json(200), json(400, 'invalid_target', 'outside of them')],
    sources: [from('RFC 8707', '2.1', '2.2'), from('RFC 9068', '3')],
  }),
  must('AS-RI-03', [], {
    requirement: 'Without a resource the audience is the configured one and never empty',
    expected: [token()],
    sources: [from('RFC 9068', '3')],
  }),
  must('AS-RI-04', ['rejects'], {
    requirement: 'A scope that the resource does not have is refused, or left out and reported',
    expected: [json(400, 'invalid_scope')],
    accepted: [json(200)],
    sources: [from('RFC 8707', '2'), from('RFC 9068', '3')],
  }),
  should('AS-RI-05', ['mcp'], {
    requirement: 'Scheme and host of a resource count in any case, path and slash as they are',
    expected: [json(200)],
    sources: [from('MCP authorization', 'canonical server URI')],
  }),
  must('AS-RI-06', ['core'], {
    requirement: 'A token for one resource server is no use at another',
    expected: [challenge(401, 'Bearer', 'invalid_token')],
    sources: [from('RFC 9700', '2.3')],
  }),
]);
