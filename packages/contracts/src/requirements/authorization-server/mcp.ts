import { document, json, page, redirect, token } from '../outcome.ts';
import { group, must, should } from '../requirement.ts';
import { from } from '../source.ts';

export const mcp = group('AS-MCP', 'What MCP needs of an authorization server', [
  must('AS-MCP-01', ['mcp'], {
    requirement: 'An MCP client finds the metadata in the order in which it looks, with its very issuer',
    expected: [json(200)],
    sources: [from('MCP authorization', 'AS discovery'), from('MCP conformance tests', 'authorization-server-metadata-endpoint')],
  }),
  must('AS-MCP-02', ['mcp'], {
    requirement: 'The metadata has both endpoints, the code and S256',
    expected: [document()],
    sources: [from('MCP authorization', 'security considerations'), from('MCP conformance tests')],
  }),
  should('AS-MCP-03', ['mcp'], {
    requirement: 'Client metadata documents are offered; registration is there for older clients alone',
    expected: [document()],
    sources: [from('MCP authorization', 'client registration')],
  }),
  should('AS-MCP-04', ['mcp'], {
    requirement: '`iss` is in all authorization responses and is announced',
    expected: [redirect(), document()],
    sources: [from('MCP authorization', 'authorization response validation')],
  }),
  must('AS-MCP-05', ['mcp'], {
    requirement: 'The whole code flow works at a loopback redirect URI',
    expected: [redirect(), json(200)],
    sources: [from('MCP conformance tests', 'authorization-code-grant')],
  }),
  should('AS-MCP-06', ['mcp'], {
    requirement: '`resource` is taken at both endpoints, becomes the audience, and is refused where it is unknown',
    expected: [token(), redirect('invalid_target'), json(400, 'invalid_target')],
    sources: [from('MCP authorization', 'resource parameter'), from('RFC 8707')],
  }),
  must('AS-MCP-07', ['mcp'], {
    requirement: 'Public clients’ refresh tokens rotate, and access tokens are short-lived',
    expected: [json(200)],
    sources: [from('MCP authorization', 'token theft')],
  }),
  must('AS-MCP-08', ['mcp'], {
    requirement: 'Redirect URIs are https or loopback, compared exactly, and their host is shown at consent',
    expected: [page(), page(200)],
    sources: [from('MCP authorization', 'communication security', 'open redirection', 'CIMD security')],
  }),
  must('AS-MCP-09', ['mcp'], {
    requirement: 'With the DPoP extension its algorithms are announced, tokens are bound, and clients that ask for it get nothing else',
    expected: [document(), token(), json(400, 'invalid_dpop_proof')],
    sources: [from('MCP DPoP')],
  }),
]);
