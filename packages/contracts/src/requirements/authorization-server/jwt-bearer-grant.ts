import { json } from '../outcome.ts';
import { group, must, should } from '../requirement.ts';
import { from } from '../source.ts';

export const jwtBearerGrant = group('AS-JWTB', 'JWT bearer grant and ID-JAG', [
  must('AS-JWTB-01', ['core', 'idjag'], {
    requirement: 'An assertion by a trusted issuer gives an access token for the subject that it stands for here',
    expected: [json(200)],
    sources: [from('RFC 7523', '2.1')],
  }),
  must('AS-JWTB-02', ['core', 'rejects', 'idjag'], {
    requirement:
      'An assertion is refused whose issuer is not trusted, whose signature or time is wrong, which lacks a claim or is for somebody else',
    expected: [json(400, 'invalid_grant')],
    sources: [from('RFC 7523', '3', '3.1'), from('RFC 10070')],
  }),
  must('AS-JWTB-03', ['core', 'rejects', 'idjag'], {
    requirement: 'An ID-JAG says in its header that it is one',
    expected: [json(400, 'invalid_grant')],
    sources: [from('ID-JAG', '4.4.1')],
  }),
  must('AS-JWTB-04', ['core', 'rejects', 'idjag'], {
    requirement: 'An ID-JAG has this issuer as its only audience',
    expected: [json(400, 'invalid_grant')],
    sources: [from('ID-JAG', '4.4.1')],
  }),
  must('AS-JWTB-05', ['core', 'rejects', 'idjag'], {
    requirement: 'An ID-JAG works for the client that it names, once that has authenticated',
    expected: [json(400, 'invalid_grant', 'another client'), json(401, 'invalid_client', 'not authenticated')],
    sources: [from('ID-JAG', '4.4.1'), from('MCP enterprise-managed authorization', '5', '7.7')],
  }),
  must('AS-JWTB-06', ['rejects', 'idjag', 'mcp'], {
    requirement: 'An ID-JAG that comes a second time before its end is refused',
    expected: [json(400, 'invalid_grant')],
    sources: [from('MCP enterprise-managed authorization', '7.4.2')],
  }),
  must('AS-JWTB-07', ['rejects', 'idjag'], {
    requirement:
      'An ID-JAG for a resource or scope that is not here is refused; the token is for that resource, with the scope that both request and assertion have',
    expected: [json(400, 'invalid_grant'), json(200)],
    sources: [from('MCP enterprise-managed authorization', '5.1', '7.2.1', '7.6.2')],
  }),
  should('AS-JWTB-08', ['idjag'], {
    requirement: 'There is no refresh token for an ID-JAG: the client comes with a new one',
    expected: [json(200)],
    sources: [from('ID-JAG', 'refresh token')],
  }),
  must('AS-JWTB-09', ['idjag'], {
    requirement: 'A client exchanges its own ID token for an ID-JAG that is addressed to the other server and lives five minutes at most',
    expected: [json(200)],
    sources: [from('ID-JAG', '3.1', '4.3')],
  }),
  must('AS-JWTB-10', ['rejects', 'idjag'], {
    requirement: 'Somebody else’s ID token is not exchanged for an ID-JAG, nor is one given for a target outside of the policy',
    expected: [json(400, 'invalid_request')],
    accepted: [json(400, 'invalid_grant'), json(400, 'invalid_target')],
    sources: [from('ID-JAG', '4.3.3'), from('MCP enterprise-managed authorization', '7.6.1')],
  }),
]);
