import { json, nothing, page, redirect } from '../outcome.ts';
import { group, must, optional, should } from '../requirement.ts';
import { from } from '../source.ts';

export const clientIdMetadataDocuments = group('AS-CIMD', 'Client ID metadata documents', [
  must('AS-CIMD-01', ['core'], {
    requirement: 'A `client_id` that is an https address with a path is fetched, and what is there is the client',
    expected: [redirect()],
    sources: [from('Client ID Metadata Document', '4')],
  }),
  must('AS-CIMD-02', ['core', 'rejects'], {
    requirement: 'An address of another scheme, without path, with dot segments, fragment, query or user info is refused and never fetched',
    expected: [page(), nothing('no fetch')],
    sources: [from('Client ID Metadata Document', '3')],
  }),
  must('AS-CIMD-03', ['core', 'rejects'], {
    requirement: 'A document that names another `client_id` than its own address is refused',
    expected: [page()],
    sources: [from('Client ID Metadata Document', '4.1'), from('MCP authorization', 'client registration')],
  }),
  must('AS-CIMD-04', ['core', 'rejects'], {
    requirement: 'Only 200 counts; a redirect is not followed',
    expected: [page()],
    sources: [from('Client ID Metadata Document', '4')],
  }),
  must('AS-CIMD-05', ['core', 'rejects'], {
    requirement: 'A document that is no JSON object or lacks identifier, name or redirect URIs is refused',
    expected: [page()],
    sources: [from('MCP authorization', 'client registration')],
  }),
  must('AS-CIMD-06', ['core', 'rejects'], {
    requirement: 'A document that holds or implies a shared secret is refused',
    expected: [page()],
    sources: [from('Client ID Metadata Document', '4.1')],
  }),
  must('AS-CIMD-07', ['core', 'rejects'], {
    requirement: 'No connection is made to a private or special address, whatever the name resolves to and when',
    expected: [nothing(), page()],
    sources: [from('Client ID Metadata Document', '6.5'), from('RFC 6890')],
  }),
  should('AS-CIMD-08', ['rejects'], {
    requirement: 'A document over 5 kB, or one that takes too long, is given up',
    expected: [page()],
    sources: [from('Client ID Metadata Document', '6.6')],
  }),
  must('AS-CIMD-09', ['core', 'rejects'], {
    requirement: 'A redirect URI that the document does not list is refused, but for a loopback port',
    expected: [page()],
    sources: [from('Client ID Metadata Document', '4.5'), from('MCP authorization')],
  }),
  must('AS-CIMD-10', [], {
    requirement: 'A document is cached as its headers say, within bounds; errors and bad documents never are',
    expected: [redirect()],
    sources: [from('Client ID Metadata Document', '4.4')],
  }),
  must('AS-CIMD-11', ['core', 'rejects'], {
    requirement: 'Where the document says `private_key_jwt`, no token without an assertion by one of its keys',
    expected: [json(401, 'invalid_client')],
    sources: [from('Client ID Metadata Document', '6.2')],
  }),
  must('AS-CIMD-12', ['core'], {
    requirement: 'The consent page shows the hosts of the redirect URI and of the `client_id`, and warns where only localhost is listed',
    expected: [page(200)],
    sources: [from('Client ID Metadata Document', '6.4'), from('MCP authorization', 'security considerations')],
  }),
  should('AS-CIMD-13', [], {
    requirement: 'No identifier that the server makes up begins with `https://`',
    expected: [json(201)],
    sources: [from('Client ID Metadata Document', '6.9')],
  }),
  should('AS-CIMD-14', ['rejects'], {
    requirement:
      'Other addresses in the document are under the same protection, and a logo is never loaded by the user’s browser from there',
    expected: [nothing()],
    sources: [from('Client ID Metadata Document', '6.5', '6.7')],
  }),
  optional('AS-CIMD-15', [], {
    requirement: 'When the document changes in keys or redirect URIs, an earlier consent is looked at anew',
    expected: [page(200)],
    sources: [from('Client ID Metadata Document', '6.3')],
  }),
]);
