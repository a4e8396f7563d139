import { answer, nothing, request } from '../outcome.ts';
import { group, must } from '../requirement.ts';
import { from } from '../source.ts';

export const clientBrowser = group('C-BFF', 'Towards the browser', [
  must('C-BFF-01', ['core'], {
    requirement: 'The server side is a confidential client with code and PKCE, and no token reaches the browser',
    expected: [answer(200)],
    sources: [from('RFC 10017', 'BFF')],
  }),
  must('C-BFF-02', ['core'], {
    requirement: 'Its session cookie is out of reach for scripts and other sites, and changes at login',
    expected: [answer(303)],
    sources: [from('RFC 10017', 'cookie security')],
  }),
  must('C-BFF-03', ['core', 'rejects'], {
    requirement: 'What changes something, or is passed on, needs a proof that our own page asked',
    expected: [answer(403)],
    sources: [from('RFC 10017', 'CSRF')],
  }),
  must('C-BFF-04', ['core', 'rejects'], {
    requirement: 'Passes on only to listed places, without cookies, with the token of that place',
    expected: [answer(403), answer(404)],
    sources: [from('RFC 10017', 'proxy restrictions')],
  }),
  must('C-BFF-05', [], {
    requirement: 'In a browser alone: PKCE, no secret, no implicit flow, refresh tokens that rotate or are bound',
    expected: [request()],
    sources: [from('RFC 10017', 'browser-based client')],
  }),
  must('C-BFF-06', [], {
    requirement: 'Windows that talk to each other check whom they talk to',
    expected: [nothing()],
    sources: [from('RFC 9700', '4.18'), from('RFC 10017')],
  }),
]);
