import { answer, challenge, json, nothing } from '../outcome.ts';
import { group, must, optional } from '../requirement.ts';
import { from } from '../source.ts';

export const registration = group('AS-REG', 'Dynamic registration', [
  must('AS-REG-01', ['core'], {
    requirement:
      'A registration answers 201 with the new identifier, everything that is registered, and the end of the secret where there is one',
    expected: [json(201)],
    sources: [from('RFC 7591', '3.1', '3.2.1')],
  }),
  must('AS-REG-02', ['core'], {
    requirement: 'What a client leaves out has the defaults of RFC 7591; one without authentication gets no secret',
    expected: [json(201)],
    sources: [from('RFC 7591', '2')],
  }),
  must('AS-REG-03', ['core', 'rejects'], {
    requirement: 'Redirect URIs that are missing, relative, dangerous, unencrypted beyond loopback or patterns are refused',
    expected: [json(400, 'invalid_redirect_uri')],
    accepted: [json(400, 'invalid_client_metadata')],
    sources: [from('RFC 7591', '3.2.2'), from('OAuth 2.1', '2.3', '2.3.1'), from('OpenID conformance suite', 'oidcc-redirect-uri-regfrag')],
  }),
  must('AS-REG-04', ['core', 'rejects'], {
    requirement: 'Metadata that contradicts itself or asks for what is not offered is refused',
    expected: [json(400, 'invalid_client_metadata')],
    sources: [from('RFC 7591', '2', '2.1', '3.2.2')],
  }),
  must('AS-REG-05', [], {
    requirement: 'Metadata that nobody knows is ignored and does not come back',
    expected: [json(201)],
    sources: [from('RFC 7591', '2')],
  }),
  must('AS-REG-06', ['core', 'rejects'], {
    requirement: 'Where registration is protected, it needs a good initial access token',
    expected: [challenge(401, 'Bearer'), challenge(401, 'Bearer', 'invalid_token')],
    sources: [from('RFC 7591', '3'), from('RFC 6750')],
  }),
  optional('AS-REG-07', ['rejects'], {
    requirement: 'A software statement counts when its signer is trusted, and then more than what stands beside it',
    expected: [json(400, 'invalid_software_statement'), json(400, 'unapproved_software_statement')],
    sources: [from('RFC 7591', '2.3', '3.2.2')],
  }),
  must('AS-REG-08', ['core', 'rejects', 'oidc'], {
    requirement: 'Clients are for the web unless they say native, and their redirect URIs have to fit that',
    expected: [json(400, 'invalid_redirect_uri')],
    accepted: [json(400, 'invalid_client_metadata')],
    sources: [from('OpenID Connect Registration', '2'), from('MCP authorization', 'client registration')],
  }),
  must('AS-REG-09', ['rejects', 'oidc'], {
    requirement: 'A sector document has to list all redirect URIs, and login is initiated by https only',
    expected: [json(400, 'invalid_client_metadata')],
    sources: [
      from('OpenID Connect Registration', '5'),
      from('OpenID conformance suite', 'oidcc-registration-sector-bad', 'oidcc-3rd_party-init-login-nohttps'),
    ],
  }),
  must('AS-REG-10', ['rejects'], {
    requirement: 'The server fetches no logo or terms, and keys or sector documents only with the guard against private addresses',
    expected: [nothing()],
    sources: [from('RFC 7591', '5'), from('Client ID Metadata Document', '6')],
  }),
]);

export const registrationManagement = group('AS-MGMT', 'Management of registrations', [
  must('AS-MGMT-01', ['core'], {
    requirement: 'A registration comes with a token and an address for its management, where the client reads itself',
    expected: [json(201), json(200)],
    sources: [from('RFC 7592', '2.1', '3')],
  }),
  must('AS-MGMT-02', ['core'], {
    requirement: 'A change replaces everything: what is left out is gone or as by default',
    expected: [json(200)],
    sources: [from('RFC 7592', '2.2')],
  }),
  must('AS-MGMT-03', ['rejects'], {
    requirement: 'A change that names another client, another secret or what only the server decides is refused as a whole',
    expected: [json(400, 'invalid_client_metadata')],
    accepted: [json(400, 'invalid_request')],
    sources: [from('RFC 7592', '2.2')],
  }),
  must('AS-MGMT-04', ['core'], {
    requirement: 'A client that deletes itself is gone, with its grants, its tokens and its management token',
    expected: [answer(204), challenge(401, 'Bearer', 'invalid_token', 'the management token afterwards')],
    sources: [from('RFC 7592', '2.3')],
  }),
  must('AS-MGMT-05', ['rejects'], {
    requirement: 'Management is refused without the right token of a client that exists',
    expected: [challenge(401, 'Bearer', 'invalid_token'), answer(405, 'not offered'), answer(403, 'not permitted')],
    sources: [from('RFC 7592', '2.1', '2.3')],
  }),
]);
