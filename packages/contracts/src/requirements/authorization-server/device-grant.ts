import { json, page } from '../outcome.ts';
import { group, must } from '../requirement.ts';
import { from } from '../source.ts';

export const deviceGrant = group('AS-DEV', 'Device authorization grant', [
  must('AS-DEV-01', ['core'], {
    requirement: 'A device gets a device code, a user code, an address for the user, their lifetime and an interval',
    expected: [json(200)],
    sources: [from('RFC 8628', '3.1', '3.2')],
  }),
  must('AS-DEV-02', ['core', 'rejects'], {
    requirement: 'Unknown clients, wrong credentials and clients without this grant are refused',
    expected: [json(401, 'invalid_client'), json(400, 'invalid_request', 'no client_id'), json(400, 'unauthorized_client')],
    // RFC 6749 §5.2: 401 only has to be where the client used the Authorization header.
    accepted: [json(400, 'invalid_client')],
    sources: [from('RFC 8628', '3.1', '3.2')],
  }),
  must('AS-DEV-03', ['core', 'rejects'], {
    requirement: 'Until the user has decided the device is told to wait; one that asks too often waits five seconds more each time',
    expected: [json(400, 'authorization_pending'), json(400, 'slow_down')],
    sources: [from('RFC 8628', '3.5')],
  }),
  must('AS-DEV-04', ['core', 'rejects'], {
    requirement: 'The device learns that the user said no, or that the time is over',
    expected: [json(400, 'access_denied'), json(400, 'expired_token')],
    sources: [from('RFC 8628', '3.5')],
  }),
  must('AS-DEV-05', ['core', 'rejects'], {
    requirement: 'An approved device code gives tokens once, to its own client',
    expected: [json(200), json(400, 'invalid_grant')],
    sources: [from('RFC 8628', '3.4', '3.5')],
  }),
  must('AS-DEV-06', ['core'], {
    requirement: 'The user logs in, sees client and scopes, compares the code and decides, also where the link brings the code along',
    expected: [page(200)],
    sources: [from('RFC 8628', '3.3', '3.3.1', '5.4')],
  }),
  must('AS-DEV-07', ['rejects'], {
    requirement: 'Guessing at user codes is limited and learns nothing; case and hyphens do not matter; a used code is dead',
    expected: [page(), page(429)],
    sources: [from('RFC 8628', '5.1', '6.1')],
  }),
  must('AS-DEV-08', ['fapi2'], {
    requirement: 'Under FAPI there is no device grant',
    expected: [json(400, 'unsupported_grant_type')],
    accepted: [json(400, 'unauthorized_client')],
    sources: [from('FAPI 2.0')],
  }),
]);
