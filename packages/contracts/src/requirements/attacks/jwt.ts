import { challenge, nothing, redirect } from '../outcome.ts';
import { topic } from './attack.ts';

export const jwt = topic('JSON Web Tokens', [
  {
    id: 'SEC-19',
    attack: 'A token whose HMAC was made with the public key as its secret, perhaps after white space',
    result: 'it is refused',
    expected: [challenge(401, 'Bearer', 'invalid_token')],
    seenIn: ['CVE-2026-34950'],
  },
  {
    id: 'SEC-20',
    attack: 'A token without signature, or that brings its key or the address of one',
    result: 'it is refused, and nothing is fetched',
    expected: [challenge(401, 'Bearer', 'invalid_token'), nothing()],
    seenIn: ['CVE-2026-27962'],
  },
  {
    id: 'SEC-21',
    attack: 'A token with a critical header that nobody knows, or with the same member twice',
    result: 'it is refused',
    expected: [challenge(401, 'Bearer', 'invalid_token')],
    seenIn: [],
  },
  {
    id: 'SEC-22',
    attack: 'Tokens that collide in a cache of verified ones, or expire in it',
    result: 'nobody gets another’s claims, and an expired one is refused',
    expected: [challenge(401, 'Bearer', 'invalid_token')],
    seenIn: ['CVE-2026-35039'],
  },
  {
    id: 'SEC-23',
    attack: 'Something encrypted that is not signed',
    result: 'it is refused',
    expected: [challenge(401, 'Bearer', 'invalid_token'), redirect('invalid_request_object')],
    seenIn: ['CVE-2026-9793'],
  },
  {
    id: 'SEC-24',
    attack: 'A `kid` with a path, SQL, `__proto__` or ten kilobytes',
    result: 'it is refused without reading or asking anything',
    expected: [challenge(401, 'Bearer', 'invalid_token'), nothing()],
    seenIn: [],
  },
]);
