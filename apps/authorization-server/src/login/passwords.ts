import { hash, verify } from '@node-rs/argon2';

/** Names are compared in one form: composed, without compatibility variants, in lower case. What looks the same is the same. */
export function normalizeUsername(username: string): string {
  return username.normalize('NFKC').trim().toLowerCase();
}

/** argon2id with the library's parameters (OWASP's: 19 MiB, 2 passes), as a PHC string that carries them. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFC'));
}

/** A hash that no password has: verifying against it takes as long as against a real one. */
const nobodysHash = hash('no user has this password: it is only there to be compared with');

/** Is this the password? Without a hash (there is no such user) it answers no after the same time, so that the answer's delay tells nothing. */
export async function verifyPassword(passwordHash: string | undefined, password: string): Promise<boolean> {
  const matches = await verify(passwordHash ?? (await nobodysHash), password.normalize('NFC'));
  return matches && passwordHash !== undefined;
}
