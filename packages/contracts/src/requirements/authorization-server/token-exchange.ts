import { json, token } from '../outcome.ts';
import { decision, group, must, should } from '../requirement.ts';
import { from } from '../source.ts';

export const tokenExchange = group('AS-TX', 'Token exchange', [
  must('AS-TX-01', ['core'], {
    requirement: 'An exchange answers with a token, its type and how to use it',
    expected: [json(200)],
    sources: [from('RFC 8693', '2.1', '2.2.1')],
  }),
  must('AS-TX-02', ['core', 'rejects'], {
    requirement: 'A token without its type, or a type without its token, is refused',
    expected: [json(400, 'invalid_request')],
    sources: [from('RFC 8693', '2.1')],
  }),
  must('AS-TX-03', ['core', 'rejects'], {
    requirement: 'A subject or actor token that is not valid or not acceptable is refused',
    expected: [json(400, 'invalid_request')],
    sources: [from('RFC 8693', '2.2.2')],
  }),
  should('AS-TX-04', ['core', 'rejects'], {
    requirement: 'A target that is unknown or not for this client is refused',
    expected: [json(400, 'invalid_target')],
    sources: [from('RFC 8693', '2.2.2')],
  }),
  must('AS-TX-05', ['core', 'rejects'], {
    requirement: 'An exchange cannot widen the scope of the subject’s token',
    expected: [json(400, 'invalid_scope')],
    sources: [from('RFC 8693', '2.1'), from('RFC 9700', '2.3')],
  }),
  decision('AS-TX-06', ['rejects'], {
    requirement: 'A type of token that cannot be issued is refused',
    expected: [json(400, 'invalid_request')],
    sources: [from('RFC 8693', '2.2.2'), from('Rolecall')],
  }),
  must('AS-TX-07', ['core'], {
    requirement: 'With an actor the token says who acts for whom (`act`, nested for chains); without one it is the subject’s alone',
    expected: [token()],
    sources: [from('RFC 8693', '1.1', '4.1')],
  }),
  must('AS-TX-08', ['core', 'rejects'], {
    requirement: 'A subject token that names who may act is refused with anybody else',
    expected: [json(400, 'invalid_request')],
    sources: [from('RFC 8693', '4.4')],
  }),
  must('AS-TX-09', [], {
    requirement: 'What is no access token has the token type `N_A`',
    expected: [json(200)],
    sources: [from('RFC 8693', '2.2.1')],
  }),
  decision('AS-TX-10', [], {
    requirement: 'The new token is for the asked target alone, for the exchanging client, and ends no later than the old one',
    expected: [token()],
    sources: [from('RFC 9700', '2.3'), from('RFC 8693', '4.3'), from('Rolecall')],
  }),
  must('AS-TX-11', ['rejects'], {
    requirement: 'Only clients that are registered for the exchange and have authenticated may do it',
    expected: [json(400, 'unauthorized_client'), json(401, 'invalid_client')],
    sources: [from('RFC 8693', '5')],
  }),
  decision('AS-TX-12', ['rejects'], {
    requirement: 'A token that is bound to a key is exchanged only with a proof of that key, and the new one is bound as well',
    expected: [json(400, 'invalid_request')],
    sources: [from('RFC 9449', '5'), from('Rolecall')],
  }),
]);
