import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type {} from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Browsers in which somebody has logged in to an account before: OWASP's "device cookies". Whoever guesses at alice's password from everywhere
 * makes all strange browsers wait, but not hers.
 */
export interface KnownBrowsers {
  /** A name for this browser as far as this account is concerned, if it is known there. Says nothing of who holds it: it may be stolen. */
  recognise(request: FastifyRequest, username: string): string | undefined;
  /** Makes this browser known, under a new name: somebody has just logged in. */
  remember(request: FastifyRequest, reply: FastifyReply, username: string): void;
}

/** How many accounts one browser is known to: the last ones. */
const MAXIMUM_ACCOUNTS = 5;
/** The longest that browsers keep a cookie. */
const LIFETIME_SECONDS = 400 * 86_400;
const NONCE_LENGTH = 22;
const ENTRY = /^[A-Za-z0-9_-]{65}$/;

/**
 * The cookie has an entry for each account: a random name and its MAC with the account. It does not say which account it is, and nothing is kept here.
 *
 * @param options.keys of 32 bytes: the first one signs, all of them verify.
 */
export function createKnownBrowsers(options: { keys: readonly Uint8Array[]; https: boolean }): KnownBrowsers {
  const cookieName = `${options.https ? '__Host-' : ''}rolecall-known-browser`;
  const keys = options.keys.map((key) => Buffer.from(hkdfSync('sha256', key, '', 'rolecall known browser', 32)));
  const mac = (key: Buffer, nonce: string, username: string) =>
    createHmac('sha256', key).update(`${nonce} ${username}`).digest('base64url');

  const entriesOf = (request: FastifyRequest): string[] =>
    (request.cookies[cookieName] ?? '')
      .split('.')
      .slice(0, MAXIMUM_ACCOUNTS)
      .filter((entry) => ENTRY.test(entry));
  const isOf = (entry: string, username: string): boolean => {
    const sent = Buffer.from(entry.slice(NONCE_LENGTH));
    return keys.some((key) => timingSafeEqual(sent, Buffer.from(mac(key, entry.slice(0, NONCE_LENGTH), username))));
  };

  return {
    recognise: (request, username) =>
      entriesOf(request)
        .find((entry) => isOf(entry, username))
        ?.slice(0, NONCE_LENGTH),
    remember: (request, reply, username) => {
      const nonce = randomBytes(16).toString('base64url');
      const others = entriesOf(request).filter((entry) => !isOf(entry, username));
      const entries = [nonce + mac(keys[0] as Buffer, nonce, username), ...others].slice(0, MAXIMUM_ACCOUNTS);
      reply.setCookie(cookieName, entries.join('.'), {
        path: '/',
        httpOnly: true,
        sameSite: 'lax',
        secure: options.https,
        maxAge: LIFETIME_SECONDS,
      });
    },
  };
}
