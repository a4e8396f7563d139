import { document, nothing, request } from '../outcome.ts';
import { group, must, should } from '../requirement.ts';
import { from } from '../source.ts';

export const clientDiscovery = group('C-DISC', 'Discovery and registration', [
  must('C-DISC-01', ['core'], {
    requirement: 'Reads the challenge, whatever its form, and follows it to the metadata; without one tries the well-known addresses',
    expected: [request()],
    sources: [from('RFC 9728', '5'), from('MCP authorization', 'PRM discovery'), from('MCP conformance tests', 'auth/metadata-*')],
  }),
  must('C-DISC-02', ['core', 'rejects'], {
    requirement: 'Metadata about another resource ends the attempt',
    expected: [nothing()],
    sources: [from('RFC 9728', '3.3'), from('MCP conformance tests', 'auth/resource-mismatch')],
  }),
  must('C-DISC-03', ['core'], {
    requirement: 'Looks for the authorization server’s metadata in the given order, path or no path',
    expected: [request()],
    sources: [from('MCP authorization', 'AS discovery')],
  }),
  must('C-DISC-04', ['core', 'rejects'], {
    requirement: 'Metadata that names another issuer is thrown away',
    expected: [nothing()],
    sources: [
      from('RFC 8414', '3.3'),
      from('MCP conformance tests', 'auth/metadata-issuer-mismatch'),
      from('OpenID conformance suite', 'discovery-issuer-mismatch'),
    ],
  }),
  must('C-DISC-05', ['core', 'rejects', 'mcp'], {
    requirement: 'Does not go on with a server that does not announce S256',
    expected: [nothing()],
    sources: [from('MCP authorization', 'authorization code protection')],
  }),
  should('C-DISC-06', ['core'], {
    requirement: 'Prefers what was registered for it, then its metadata document, then registration, then asks the user',
    expected: [request()],
    sources: [from('MCP authorization', 'client registration'), from('MCP conformance tests', 'auth/basic-cimd', 'auth/pre-registration')],
  }),
  must('C-DISC-07', ['core'], {
    requirement: 'Registers with its application type and all grants that it wants, and shows a refusal',
    expected: [request()],
    sources: [from('MCP authorization', 'client registration'), from('MCP conformance tests', 'sep-837', 'sep-2207')],
  }),
  must('C-DISC-08', ['core', 'rejects'], {
    requirement: 'Keeps credentials and tokens for each issuer apart: a new server gets nothing of the old one’s',
    expected: [request(), nothing()],
    sources: [from('MCP authorization', 'AS binding'), from('MCP conformance tests', 'auth/authorization-server-migration')],
  }),
  must('C-DISC-09', ['core'], {
    requirement: 'Its own metadata document names itself by its address, its redirect URIs, and no secret',
    expected: [document()],
    sources: [from('Client ID Metadata Document', '4.1'), from('MCP authorization')],
  }),
  should('C-DISC-10', ['rejects'], {
    requirement: 'Follows no address that is unencrypted, private or dangerous, and opens the browser without a shell',
    expected: [nothing()],
    sources: [from('MCP security best practices')],
  }),
]);
