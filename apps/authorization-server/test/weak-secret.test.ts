import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { secretWeakness } from '../src/clients/weak-secret.ts';

it.each([
  ['nothing', ''],
  ['a development secret', 'sample-client-secret'],
  ['31 random characters', 'q8Zt3LkW0pXy7VbN2mRc5FdG9hJsA1u'],
  ['one letter', 'a'.repeat(64)],
  ['a word again and again', 'passwordpasswordpasswordpassword'],
  ['digits in order, again and again', '0123456789'.repeat(6)],
  ['a random text, again and again', 'q8Zt3LkW'.repeat(8)],
  ['two letters', 'abbabaabbaababbaabbabaabbaababbaabba'],
  ['spaces', 'correct horse battery staple and some more words'],
  ['letters beyond ASCII', 'ÄÖÜäöüßéèêñçøåæœ1234567890qwertzuiop'],
  ['513 characters', randomBytes(385).toString('base64url')],
])('AS-CAUTH-21: an imported secret of %s is refused', (_case, secret) => {
  expect(secretWeakness(secret)).toMatch(/^(must|is not)/);
});

it('AS-CAUTH-21: random ones of 128 bits and more are taken, in every common alphabet', () => {
  for (let time = 0; time < 200; time++) {
    for (const secret of [
      randomBytes(16).toString('hex'),
      randomBytes(32).toString('hex'),
      randomBytes(24).toString('base64'),
      randomBytes(32).toString('base64url'),
    ])
      expect(secretWeakness(secret), secret).toBeUndefined();
  }
});
