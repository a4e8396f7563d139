import { answer, nothing, page } from '../outcome.ts';
import { topic } from './attack.ts';

export const browserAndFetches = topic('Browsers, and addresses that others choose', [
  {
    id: 'SEC-35',
    attack: 'Another site posts the login or consent form',
    result: 'it is refused',
    expected: [page(403)],
    seenIn: [],
  },
  {
    id: 'SEC-36',
    attack:
      'Addresses for keys, requests, sectors, logos, client documents and logout that lead to private places, move, redirect or never end',
    result: 'no connection is made, or it is cut off',
    expected: [nothing()],
    seenIn: ['CVE-2026-4874'],
  },
  {
    id: 'SEC-37',
    attack: 'A session id from before the login',
    result: 'the login gives another one, and the old one is dead',
    expected: [answer(303)],
    seenIn: ['ASVS 7.2.4'],
  },
  {
    id: 'SEC-38',
    attack: 'Pages for login, consent and errors in a frame',
    result: 'no browser shows them there',
    expected: [page()],
    seenIn: [],
  },
  {
    id: 'SEC-39',
    attack: 'Scripts in a client’s name, in `state` and in errors',
    result: 'they are text, and the policy of the page runs none',
    expected: [page()],
    seenIn: [],
  },
  {
    id: 'SEC-40',
    attack: 'CR and LF wherever something is copied into a header or a log',
    result: 'no header and no line of the log is split',
    expected: [nothing()],
    seenIn: [],
  },
  {
    id: 'SEC-41',
    attack: 'A consent form that was used, or belongs to another request',
    result: 'it is refused; forms lead on with 303, and are neither stored nor told of',
    expected: [page(403), answer(303)],
    seenIn: [],
  },
]);
