import { hash, randomFillSync } from 'node:crypto';

const BYTES = 32;
/** Random bytes are fetched for many tokens at once: each call into the generator costs as much as a hash. */
const pool = Buffer.alloc(BYTES * 128);
let used = pool.length;

/** 256 random bits in base64url behind a prefix that secret scanners know. Only URL-safe token68 characters (RFC 6750 §2.1). */
export function randomToken(prefix: 'rc_ac_' | 'rc_rt_' | 'rc_cs_' | 'rc_ra_' | 'rc_ia_' | ''): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const text = pool.toString('base64url', used, used + BYTES);
  // What was handed out does not stay here.
  pool.fill(0, used, used + BYTES);
  used += BYTES;
  return prefix + text;
}

/** How every random secret is kept and looked up: SHA-256, base64url. Enough for 256 random bits; a password would need argon2. */
export function tokenHash(token: string): string {
  return hash('sha256', token, 'base64url');
}
