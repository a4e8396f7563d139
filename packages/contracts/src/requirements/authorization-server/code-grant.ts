import { json, nothing } from '../outcome.ts';
import { decision, group, must, should } from '../requirement.ts';
import { from } from '../source.ts';

export const codeGrant = group('AS-CODE', 'Authorization code grant', [
  must('AS-CODE-01', ['core'], {
    requirement: 'Client, code and verifier that belong together give tokens for what was approved',
    expected: [json(200)],
    sources: [from('OAuth 2.1', '4.1.3')],
  }),
  must('AS-CODE-02', ['core', 'rejects'], {
    requirement: 'A code that is unknown, malformed or too old is refused',
    expected: [json(400, 'invalid_grant')],
    sources: [from('RFC 6749', '5.2'), from('OpenID conformance suite', 'expired-auth-code')],
  }),
  must('AS-CODE-03', ['core', 'rejects'], {
    requirement: 'A code in the hands of another client is refused and stays good for its own',
    expected: [json(400, 'invalid_grant')],
    sources: [from('OAuth 2.1', '4.1.3'), from('OpenID conformance suite', 'authorization-code-is-bound-to-client')],
  }),
  must('AS-CODE-04', ['core', 'rejects'], {
    requirement: 'A code that is redeemed a second time is refused, and all that it had given is revoked',
    expected: [json(400, 'invalid_grant')],
    sources: [
      from('RFC 6749', '4.1.2'),
      from('OAuth 2.1', '4.1.3', '7.5.2'),
      from('OpenID conformance suite', 'oidcc-codereuse', 'oidcc-codereuse-30seconds'),
    ],
  }),
  should('AS-CODE-05', [], {
    requirement: 'A replay that fails its checks is refused and revokes nothing',
    expected: [json(400, 'invalid_grant'), json(401, 'invalid_client')],
    sources: [from('OAuth 2.1', '7.5.2')],
  }),
  must('AS-CODE-06', ['rejects'], {
    requirement: 'Of redemptions at the same moment exactly one succeeds',
    expected: [json(200), json(400, 'invalid_grant')],
    sources: [from('RFC 6749', '4.1.2')],
  }),
  must('AS-CODE-07', ['core', 'rejects'], {
    requirement: 'A code with a challenge is not redeemed without a verifier',
    expected: [json(400, 'invalid_grant')],
    accepted: [json(400, 'invalid_request')],
    sources: [from('OAuth 2.1', '4.1.3'), from('OpenID conformance suite', 'pkce-code-verifier-required')],
  }),
  must('AS-CODE-08', ['core', 'rejects'], {
    requirement: 'A verifier that does not fit is refused, the challenge itself included',
    expected: [json(400, 'invalid_grant')],
    sources: [from('RFC 7636', '4.6'), from('OpenID conformance suite', 'incorrect-pkce-code-verifier-rejected')],
  }),
  must('AS-CODE-09', ['core', 'rejects'], {
    requirement: 'A verifier for a code that had no challenge is refused: somebody has taken the challenge away',
    expected: [json(400, 'invalid_request')],
    accepted: [json(400, 'invalid_grant')],
    sources: [from('OAuth 2.1', '3.2.4'), from('RFC 9700', '2.1.1', '4.8')],
  }),
  decision('AS-CODE-10', ['rejects'], {
    requirement: 'A verifier has 43 to 128 unreserved characters; another is refused',
    expected: [json(400, 'invalid_grant')],
    accepted: [json(400, 'invalid_request')],
    sources: [from('RFC 7636', '4.1'), from('Rolecall')],
  }),
  must('AS-CODE-11', ['core', 'rejects'], {
    requirement: 'A redirect URI, where it is sent, is the one of the authorization request; older clients have to send it',
    expected: [json(400, 'invalid_grant'), json(200, undefined, 'left out by a client of OAuth 2.1')],
    sources: [from('OAuth 2.1', '10.2'), from('RFC 6749', '4.1.3')],
  }),
  must('AS-CODE-12', ['rejects'], {
    requirement: 'Codes and tokens are in no log and in no page that could pass them on',
    expected: [nothing()],
    sources: [from('RFC 9700', '4.2')],
  }),
]);
