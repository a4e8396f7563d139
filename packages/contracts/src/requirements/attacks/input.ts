import { answer, challenge, json } from '../outcome.ts';
import { topic } from './attack.ts';

export const input = topic('Input and denial of service', [
  {
    id: 'SEC-42',
    attack: 'A `Content-Type` with a tab, a space before it or text behind it',
    result: 'the body is validated or refused, never let through',
    expected: [json(400, 'invalid_request'), answer(415)],
    seenIn: ['CVE-2026-25223', 'CVE-2026-33806', 'CVE-2026-3419'],
  },
  {
    id: 'SEC-43',
    attack: 'Bodies that are too large, ten thousand parameters, headers that trickle in, compressed bodies',
    result: 'they are refused in time',
    expected: [answer(413), answer(400), answer(408), answer(415)],
    seenIn: [],
  },
  {
    id: 'SEC-44',
    attack: '`Authorization`, cookies and paths that are malformed',
    result: 'the fault is the sender’s (4xx), never the server’s',
    expected: [answer(400), answer(401), answer(404)],
    seenIn: ['CVE-2026-0976', 'GHSA-xmf8-cvqr-rfgj'],
  },
  {
    id: 'SEC-45',
    attack: 'JWTs made to cost much: a megabyte, compressed, many iterations, enormous keys',
    result: 'they are refused within 50 ms of work',
    expected: [challenge(401, 'Bearer', 'invalid_token')],
    seenIn: [],
  },
  {
    id: 'SEC-46',
    attack: 'Guessing from many addresses at one account and from one at many, with forged `X-Forwarded-For`',
    result: 'each is slowed down, and only a trusted proxy is believed',
    expected: [answer(429)],
    seenIn: [],
  },
  {
    id: 'SEC-47',
    attack: 'The worst input for each regular expression and parser, at the greatest length',
    result: 'none takes more than 5 ms',
    expected: [],
    seenIn: [],
  },
  {
    id: 'SEC-48',
    attack: 'Two hundred logins at the same moment',
    result: 'tokens are issued about as fast as ever, and logins beyond the queue are told to come back',
    expected: [answer(503)],
    seenIn: [],
  },
]);
