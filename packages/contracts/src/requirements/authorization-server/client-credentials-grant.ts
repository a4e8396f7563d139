import { document, json, token } from '../outcome.ts';
import { group, must } from '../requirement.ts';
import { from } from '../source.ts';

export const clientCredentialsGrant = group('AS-CC', 'Client credentials grant', [
  must('AS-CC-01', ['core'], {
    requirement: 'A confidential client gets a token for itself, without a refresh token',
    expected: [json(200)],
    sources: [from('RFC 6749', '4.4.3'), from('OAuth 2.1', '4.2')],
  }),
  must('AS-CC-02', ['core', 'rejects'], {
    requirement: 'A public client has no token of its own',
    expected: [json(400, 'unauthorized_client')],
    accepted: [json(401, 'invalid_client'), json(400, 'invalid_client'), json(400, 'invalid_request')],
    sources: [from('OAuth 2.1', '4.2')],
  }),
  must('AS-CC-03', ['core'], {
    requirement: 'The subject of such a token is the client, and no user can ever be called so',
    expected: [token()],
    sources: [from('RFC 9068', '2.2', '5'), from('RFC 9700', '4.15')],
  }),
  must('AS-CC-04', ['rejects'], {
    requirement: 'Scope, resource and details are honoured as far as the client is registered for them',
    expected: [json(400, 'invalid_scope'), json(400, 'invalid_target'), json(400, 'invalid_authorization_details')],
    sources: [from('RFC 6749', '4.4.2'), from('RFC 8707'), from('RFC 9396', '6')],
  }),
  must('AS-CC-05', ['mcp'], {
    requirement: 'For MCP the metadata lists `private_key_jwt` or `client_secret_basic`, with algorithms for the former',
    expected: [document()],
    sources: [from('MCP client credentials')],
  }),
]);
