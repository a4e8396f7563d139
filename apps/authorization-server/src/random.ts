import { hash, randomBytes } from 'node:crypto';

/** 256 random bits in base64url behind a prefix that secret scanners know. Only URL-safe token68 characters (RFC 6750 §2.1). */
export function randomToken(prefix: 'rc_ac_' | 'rc_rt_' | 'rc_cs_' | 'rc_ia_' | ''): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** How every random secret is kept and looked up: SHA-256, base64url. Enough for 256 random bits; a password would need argon2. */
export function tokenHash(token: string): string {
  return hash('sha256', token, 'base64url');
}
