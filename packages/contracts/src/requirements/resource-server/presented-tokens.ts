import { answer, challenge, request } from '../outcome.ts';
import { group, must, optional, should } from '../requirement.ts';
import { from } from '../source.ts';

export const resourceServerPresentedTokens = group('RS-TOK', 'How a token is presented and refused', [
  must('RS-TOK-01', ['core'], {
    requirement: 'A bearer token is taken from the `Authorization` header, its scheme in any case',
    expected: [answer(200)],
    sources: [from('RFC 6750', '2.1'), from('OAuth 2.1', '5.1.1'), from('RFC 9110', '11.1')],
  }),
  must('RS-TOK-02', ['core', 'rejects'], {
    requirement: 'A request without credentials, or with a scheme that is not spoken here, learns where to get them, and of no error',
    expected: [challenge(401, 'Bearer')],
    sources: [from('RFC 6750', '3', '3.1'), from('RFC 9728', '5.1')],
  }),
  must('RS-TOK-03', ['core', 'rejects'], {
    requirement: 'A token in a query string counts for nothing and is in no log',
    expected: [challenge(401, 'Bearer')],
    sources: [from('OAuth 2.1', '5.1'), from('RFC 9700', '4.3.2'), from('MCP authorization')],
  }),
  must('RS-TOK-04', ['core', 'rejects'], {
    requirement: 'A request that presents a token in more than one way or place is malformed',
    expected: [challenge(400, 'Bearer', 'invalid_request')],
    sources: [from('RFC 6750', '2', '3.1'), from('RFC 9449', '7.2')],
  }),
  must('RS-TOK-05', ['core', 'rejects'], {
    requirement: 'A token that is malformed, unknown, expired, revoked or forged opens nothing',
    expected: [challenge(401, 'Bearer', 'invalid_token')],
    // The reason SHOULD be given (RFC 6750 §3), and what is malformed may be called that (§3.1).
    accepted: [challenge(401, 'Bearer'), challenge(400, 'Bearer', 'invalid_request')],
    sources: [from('RFC 6750', '3.1'), from('MCP authorization', 'token handling')],
  }),
  must('RS-TOK-06', ['core', 'rejects'], {
    requirement: 'A token that lacks scope is answered with all scopes that the operation needs and where to get them',
    expected: [challenge(403, 'Bearer', 'insufficient_scope')],
    sources: [from('RFC 6750', '3.1'), from('MCP authorization', 'runtime insufficient scope')],
  }),
  must('RS-TOK-07', [], {
    requirement: 'A wider scope that stands for a narrower one is enough for it',
    expected: [answer(200)],
    sources: [from('MCP authorization', 'step-up')],
  }),
  must('RS-TOK-08', ['core'], {
    requirement: 'A challenge can be parsed: each parameter once, legal characters, also beside others in one header',
    expected: [challenge(401, 'Bearer'), challenge(401, 'Bearer', 'invalid_token')],
    sources: [from('RFC 6750', '3'), from('OAuth 2.1', '5.3.1')],
  }),
  optional('RS-TOK-09', [], {
    requirement: 'A token in a form body counts in a posted form where that is supported, and nowhere else',
    expected: [answer(200), challenge(401, 'Bearer')],
    sources: [from('RFC 6750', '2.2')],
  }),
  must('RS-TOK-10', ['core'], {
    requirement: 'Every request is judged by its own token; no cookie or connection stands in for it',
    expected: [challenge(401, 'Bearer')],
    sources: [from('MCP authorization', 'access token usage')],
  }),
  should('RS-TOK-11', [], {
    requirement: 'What a token has opened is not stored by anybody else, and refusals tell nothing of the resource',
    expected: [answer(200), challenge(401, 'Bearer', 'invalid_token'), challenge(403, 'Bearer', 'insufficient_scope')],
    sources: [from('RFC 9111', '3.5'), from('MCP authorization')],
  }),
  must('RS-TOK-12', [], {
    requirement: 'Programs in a browser may call: preflight needs no token, and challenge and nonce can be read',
    expected: [answer(204)],
    accepted: [answer(200)],
    sources: [from('RFC 10017'), from('RFC 9449', '7.1', '8')],
  }),
  must('RS-TOK-13', ['core', 'rejects'], {
    requirement: 'The token of the caller goes no further: an upstream API is called with a token for that',
    expected: [request()],
    sources: [from('MCP authorization', 'token passthrough'), from('RFC 8693')],
  }),
]);
