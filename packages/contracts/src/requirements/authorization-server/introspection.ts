import { answer, challenge, json, token } from '../outcome.ts';
import { decision, group, must, should } from '../requirement.ts';
import { from } from '../source.ts';

export const introspection = group('AS-INTRO', 'Introspection', [
  must('AS-INTRO-01', ['core'], {
    requirement: 'A resource server learns that a token is active, with what it needs to decide',
    expected: [json(200)],
    sources: [from('RFC 7662', '2.1', '2.2')],
  }),
  must('AS-INTRO-02', ['core', 'rejects'], {
    requirement: 'Nobody asks without authentication',
    expected: [json(401, 'invalid_client')],
    // RFC 7662 §2.1 asks for authorization and leaves the refusal of who sends no credentials at all open.
    accepted: [
      challenge(401, 'Bearer', 'invalid_token'),
      challenge(401, 'Bearer'),
      json(400, 'invalid_request'),
      json(400, 'invalid_client'),
    ],
    sources: [from('RFC 7662', '2.1', '2.3')],
  }),
  must('AS-INTRO-03', ['core'], {
    requirement: 'A token that is not good, for whatever reason, is called inactive: `"active":false`',
    expected: [json(200)],
    sources: [from('RFC 7662', '2.2')],
  }),
  decision('AS-INTRO-04', ['core', 'rejects'], {
    requirement: 'To a caller whom the token does not concern it is inactive',
    expected: [json(200)],
    sources: [from('RFC 7662', '2.2', '4'), from('RFC 9701', '5'), from('Rolecall')],
  }),
  must('AS-INTRO-05', ['rejects'], {
    requirement: 'A request without a token is refused; a wrong hint does not hide one',
    expected: [json(400, 'invalid_request'), json(200)],
    sources: [from('RFC 7662', '2.1')],
  }),
  decision('AS-INTRO-06', [], {
    requirement: 'A refresh token is known to its own client alone',
    expected: [json(200)],
    sources: [from('RFC 7662', '4'), from('Rolecall')],
  }),
  should('AS-INTRO-07', [], {
    requirement: 'Of a token that is inactive it says nothing else, nor why it is',
    expected: [json(200)],
    sources: [from('RFC 7662', '2.2')],
  }),
]);

export const jwtIntrospection = group('AS-JINT', 'Introspection as a JWT', [
  must('AS-JINT-01', [], {
    requirement: 'Who accepts the JWT form gets it, typed as such; everybody else gets JSON',
    expected: [answer(200), json(200)],
    sources: [from('RFC 9701', '4', '5')],
  }),
  must('AS-JINT-02', [], {
    requirement: 'The JWT is from the issuer to the caller and holds the facts about the token in one member, not beside it',
    expected: [token()],
    sources: [from('RFC 9701', '5')],
  }),
  must('AS-JINT-03', [], {
    requirement: 'Of a token that is inactive or not for the caller it says only that',
    expected: [token()],
    sources: [from('RFC 9701', '5')],
  }),
  must('AS-JINT-04', ['rejects'], {
    requirement: 'A caller who has not authenticated gets no JWT',
    expected: [json(400, 'invalid_client')],
    accepted: [json(401, 'invalid_client'), json(400, 'invalid_request')],
    sources: [from('RFC 9701', '5')],
  }),
  must('AS-JINT-05', [], {
    requirement: 'It is signed with the algorithm that the caller registered, else RS256, with a published key, never unsigned',
    expected: [token()],
    sources: [from('RFC 9701', '6', '7')],
  }),
]);
