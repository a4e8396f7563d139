import { answer, challenge } from '../outcome.ts';
import { decision, group, must } from '../requirement.ts';
import { from } from '../source.ts';

export const resourceServerStepUp = group('RS-STEP', 'Step-up', [
  must('RS-STEP-01', ['core', 'rejects'], {
    requirement: 'A login that is too weak or too old is answered with what is needed',
    expected: [challenge(401, 'Bearer', 'insufficient_user_authentication')],
    sources: [from('RFC 9470', '3')],
  }),
  must('RS-STEP-02', ['core'], {
    requirement: 'The token of the stronger login passes, and the old one still does not',
    expected: [answer(200), challenge(401, 'Bearer', 'insufficient_user_authentication')],
    sources: [from('RFC 9470', '3', '6')],
  }),
  must('RS-STEP-03', [], {
    requirement: 'A token that says nothing of the login does not satisfy',
    expected: [challenge(401, 'Bearer', 'insufficient_user_authentication')],
    sources: [from('RFC 9470', '6')],
  }),
  decision('RS-STEP-04', [], {
    requirement: 'Where login and scope both fall short, the login is reported first',
    expected: [challenge(401, 'Bearer', 'insufficient_user_authentication')],
    sources: [from('RFC 9470', '3'), from('Rolecall')],
  }),
]);

export const resourceServerAuthorizationDetails = group('RS-RAR', 'Rich authorization requests', [
  must('RS-RAR-01', ['rejects'], {
    requirement: 'What none of the token’s details covers is refused',
    expected: [challenge(403, 'Bearer', 'insufficient_scope')],
    sources: [from('RFC 9396', '9')],
  }),
]);
