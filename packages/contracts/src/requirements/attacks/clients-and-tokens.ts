import { answer, challenge, json, nothing, page } from '../outcome.ts';
import { topic } from './attack.ts';

export const clientsAndTokens = topic('Clients and tokens', [
  {
    id: 'SEC-25',
    attack: 'One assertion, used by several at the same moment',
    result: 'one is answered with a token',
    expected: [json(200), json(401, 'invalid_client')],
    seenIn: ['GHSA-3p3g-vpw6-4w66'],
  },
  {
    id: 'SEC-26',
    attack: 'Two ways of authentication at once, and Basic that is badly encoded',
    result: 'they are refused',
    expected: [json(400, 'invalid_request'), json(401, 'invalid_client')],
    seenIn: [],
  },
  {
    id: 'SEC-27',
    attack: 'A bearer token after a tab or two spaces',
    result: 'it is refused',
    expected: [challenge(401, 'Bearer', 'invalid_token'), challenge(401, 'Bearer')],
    seenIn: ['CVE-2026-0976'],
  },
  {
    id: 'SEC-28',
    attack: 'A proof for another address, token or key, one that was used, a bound token as a bearer token',
    result: 'it is refused',
    expected: [
      challenge(401, 'DPoP', 'invalid_dpop_proof'),
      challenge(401, 'DPoP', 'invalid_token'),
      challenge(401, 'Bearer', 'invalid_token'),
    ],
    seenIn: ['CVE-2024-49755'],
  },
  {
    id: 'SEC-29',
    attack: 'A device code that somebody else approves, and guessing at user codes',
    result: 'it belongs to who approved it, and guessing is limited',
    expected: [page(429)],
    seenIn: ['CVE-2026-45337'],
  },
  {
    id: 'SEC-30',
    attack: 'An ID token at the API, or an access token for somebody else or of another type',
    result: 'it is refused',
    expected: [challenge(401, 'Bearer', 'invalid_token')],
    seenIn: ['ASVS 9.2.2', 'ASVS 10.3.1'],
  },
  {
    id: 'SEC-31',
    attack: 'Measuring how long a refusal takes, for known and unknown clients and for secrets that are nearly right',
    result: 'the times cannot be told apart',
    expected: [json(401, 'invalid_client')],
    seenIn: [],
  },
  {
    id: 'SEC-32',
    attack: 'Reading all stores and logs',
    result: 'nothing in them lets anybody in: no password, secret, token or code can be read',
    expected: [nothing()],
    seenIn: [],
  },
  {
    id: 'SEC-33',
    attack: 'A client that is named as a user is',
    result: 'it is never taken for the user',
    expected: [],
    seenIn: [],
  },
  {
    id: 'SEC-34',
    attack: 'Passwords that differ after 72 bytes, are written differently in Unicode, or have a megabyte',
    result: 'each byte counts, writings are the same, and what is too long is refused',
    expected: [answer(413)],
    seenIn: ['GHSA-7rqj-j65f-68wh'],
  },
]);
