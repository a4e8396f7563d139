import { page, redirect, token } from '../outcome.ts';
import { group, must, should } from '../requirement.ts';
import { from } from '../source.ts';

export const stepUp = group('AS-STEP', 'Step-up', [
  must('AS-STEP-01', ['core'], {
    requirement: '`acr_values` and `max_age` of a request make the user log in again, and the token says what was reached and when',
    expected: [page(200), token()],
    sources: [from('RFC 9470', '4', '5', '6')],
  }),
  should('AS-STEP-02', ['core', 'rejects'], {
    requirement: 'A level that this user cannot reach is an error and not a weaker token',
    expected: [redirect('unmet_authentication_requirements')],
    sources: [from('RFC 9470', '5'), from('Unmet Authentication Requirements')],
  }),
  must('AS-STEP-03', ['core', 'rejects'], {
    requirement: 'A refresh makes no login newer or stronger',
    expected: [token()],
    sources: [from('RFC 9470', '6'), from('OpenID Connect Core', '12.2')],
  }),
]);
