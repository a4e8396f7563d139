import { answer, challenge, document, json } from '../outcome.ts';
import { group, must, optional, should } from '../requirement.ts';
import { from } from '../source.ts';

export const resourceServerMetadata = group('RS-PRM', 'Protected resource metadata', [
  must('RS-PRM-01', ['core'], {
    requirement: 'The metadata is at its well-known address, to everybody and from every origin',
    expected: [json(200)],
    sources: [from('RFC 9728', '3', '3.1', '3.2')],
  }),
  must('RS-PRM-02', ['core'], {
    requirement: '`resource` is the identifier that the address was made from',
    expected: [document()],
    sources: [from('RFC 9728', '1.2', '3.3')],
  }),
  must('RS-PRM-03', ['core', 'mcp'], {
    requirement: 'It names the authorization servers, each of which has metadata of that name',
    expected: [document()],
    sources: [from('MCP authorization', 'AS location')],
  }),
  must('RS-PRM-04', ['core'], {
    requirement: 'Every 401 leads to the metadata, and that is about the address that was asked',
    expected: [challenge(401, 'Bearer'), challenge(401, 'Bearer', 'invalid_token')],
    sources: [from('RFC 9728', '5.1', '3.3')],
  }),
  should('RS-PRM-05', ['core'], {
    requirement: 'The basic scopes are listed, and `offline_access` is never among them, nor in a challenge',
    expected: [document(), challenge(403, 'Bearer', 'insufficient_scope')],
    sources: [from('MCP authorization', 'scope selection', 'refresh tokens')],
  }),
  must('RS-PRM-06', ['core'], {
    requirement: 'How tokens are presented, which proofs and details are taken: the metadata says it, and no list is empty',
    expected: [document()],
    sources: [from('RFC 9728', '2')],
  }),
  must('RS-PRM-07', ['rejects'], {
    requirement: 'Each resource has a document of its own, and what is none has no document',
    expected: [json(200), answer(404)],
    sources: [from('RFC 9728', '3.1')],
  }),
  optional('RS-PRM-08', [], {
    requirement: 'A name, documentation, keys and a signed form may be added, and the signed one verifies',
    expected: [document()],
    sources: [from('RFC 9728', '2', '2.2')],
  }),
]);
