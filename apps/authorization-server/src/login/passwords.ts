import { hash, verify } from '@node-rs/argon2';

/**
 * Names are compared in one form: composed, without compatibility variants, in lower case. What looks the same is the same.
 * Composed again at the end: a small letter may be one with its mark where the capital letter is not.
 */
export function normalizeUsername(username: string): string {
  return username.normalize('NFKC').trim().toLowerCase().normalize('NFKC');
}

/**
 * argon2id with 7 MiB, 5 passes, 1 lane: of the settings that OWASP's cheat sheet on password storage has as equally strong, one that leaves room for others
 * in a processor's cache. The one with 19 MiB takes half as long again here.
 */
const PARAMETERS = { memoryCost: 7_168, timeCost: 5, parallelism: 1 } as const;
const CURRENT = `$argon2id$v=19$m=${PARAMETERS.memoryCost},t=${PARAMETERS.timeCost},p=${PARAMETERS.parallelism}$`;

/** argon2id, as a PHC string that carries its parameters. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFC'), PARAMETERS);
}

/** Was it made with other parameters than those that are in use now? */
export function isOutdated(passwordHash: string): boolean {
  return !passwordHash.startsWith(CURRENT);
}

/** A hash that no password has: verifying against it takes as long as against a real one. */
const nobodysHash = hashPassword('no user has this password: it is only there to be compared with');

/** Is this the password? Without a hash (there is no such user) it answers no after the same time, so that the answer's delay tells nothing. */
export async function verifyPassword(passwordHash: string | undefined, password: string): Promise<boolean> {
  const matches = await verify(passwordHash ?? (await nobodysHash), password.normalize('NFC'));
  return matches && passwordHash !== undefined;
}
