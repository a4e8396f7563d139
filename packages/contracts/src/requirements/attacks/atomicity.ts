import { json } from '../outcome.ts';
import { topic } from './attack.ts';

export const atomicity = topic('Once means once', [
  {
    id: 'SEC-01',
    attack: 'One code, redeemed by 2, 8 and 32 at the same moment, in two processes, a thousand times',
    result: 'exactly one of each is answered with tokens',
    expected: [json(200), json(400, 'invalid_grant')],
    seenIn: ['ASVS 10.4.2', 'GHSA-7w99-5wm4-3g79'],
  },
  {
    id: 'SEC-02',
    attack: 'One refresh token, used by as many at the same moment',
    result: 'there is at most one successor',
    expected: [json(200), json(400, 'invalid_grant')],
    seenIn: ['CVE-2026-1035'],
  },
  {
    id: 'SEC-03',
    attack: 'A refresh token that was replaced comes back after the time of grace',
    result: 'it is refused, and its family is dead',
    expected: [json(400, 'invalid_grant')],
    seenIn: ['ASVS 10.4.5'],
  },
  {
    id: 'SEC-04',
    attack: 'Another client presents a refresh token',
    result: 'it is refused, and still good for its own client',
    expected: [json(400, 'invalid_grant')],
    seenIn: [],
  },
  {
    id: 'SEC-05',
    attack: 'A code comes back later',
    result: 'it is refused, and all that came from it is revoked',
    expected: [json(400, 'invalid_grant')],
    seenIn: [],
  },
  {
    id: 'SEC-06',
    attack: 'A code comes with the wrong verifier, redirect URI or client',
    result: 'it is refused, and whether that uses it up is a stated rule',
    expected: [json(400, 'invalid_grant')],
    seenIn: [],
  },
  {
    id: 'SEC-07',
    attack: 'A token is used after its revocation was answered',
    result: 'it never works again',
    expected: [],
    seenIn: [],
  },
]);
