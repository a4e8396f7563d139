import { answer, challenge, json } from '../outcome.ts';
import { group, must, should } from '../requirement.ts';
import { from } from '../source.ts';

export const resourceServerMcp = group('RS-MCP', 'A resource server that is an MCP server', [
  must('RS-MCP-01', ['mcp'], {
    requirement: 'An MCP server has its metadata, and both ways lead to it: the challenge and the well-known address',
    expected: [json(200), challenge(401, 'Bearer')],
    sources: [from('MCP authorization', 'PRM discovery')],
  }),
  should('RS-MCP-02', ['mcp'], {
    requirement: 'Challenges name the scopes of the operation, all at once and always the same',
    expected: [challenge(401, 'Bearer'), challenge(403, 'Bearer', 'insufficient_scope')],
    sources: [from('MCP authorization', 'scope selection', 'scope challenge handling')],
  }),
  must('RS-MCP-03', ['mcp'], {
    requirement: '401, 403 and 400 each mean what they should: no good token, too little allowed, malformed',
    expected: [
      challenge(401, 'Bearer', 'invalid_token'),
      challenge(403, 'Bearer', 'insufficient_scope'),
      challenge(400, 'Bearer', 'invalid_request'),
    ],
    sources: [from('MCP authorization', 'error handling')],
  }),
  must('RS-MCP-04', ['rejects', 'mcp'], {
    requirement: 'A token for another server opens nothing, with a proof neither',
    expected: [challenge(401, 'Bearer', 'invalid_token'), challenge(401, 'DPoP', 'invalid_token')],
    sources: [from('MCP authorization', 'access token privilege restriction')],
  }),
  must('RS-MCP-05', ['rejects', 'mcp'], {
    requirement: 'A page of an origin that is not allowed gets nothing, and local servers listen on loopback',
    expected: [answer(403)],
    sources: [from('MCP transports', 'streamable HTTP')],
  }),
  must('RS-MCP-06', ['rejects', 'mcp'], {
    requirement: 'A handle to some state is not authentication, cannot be guessed, and works for its own user',
    expected: [challenge(401, 'Bearer'), answer(403)],
    accepted: [answer(404)],
    sources: [from('MCP security best practices')],
  }),
]);
