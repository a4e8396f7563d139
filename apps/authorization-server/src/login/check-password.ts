import type { FastifyRequest } from 'fastify';
import type { AuditLog } from '../audit/audit-log.ts';
import type { User, UserStore } from '../stores/types.ts';
import type { HashingQueue } from './hashing-queue.ts';
import type { KnownBrowsers } from './known-browsers.ts';
import type { LoginThrottle } from './login-throttle.ts';
import { hashPassword, isOutdated, normalizeUsername, verifyPassword } from './passwords.ts';

/** What came of it: the user, or nothing, or a wait (in seconds) before anything is looked at. */
export type PasswordOutcome = { kind: 'right'; user: User } | { kind: 'wrong' } | { kind: 'wait'; seconds: number };

/**
 * Is this the password of that account? The same wherever it is asked: throttled, in the queue, and written down.
 *
 * The function throws PageError 503 when too many ask at once.
 */
export type CheckPassword = (request: FastifyRequest, username: string, password: string) => Promise<PasswordOutcome>;

/** Longer ones are refused before they are hashed. Characters. */
export const MAXIMUM_PASSWORD_LENGTH = 1_000;

export function createPasswordCheck(options: {
  users: UserStore;
  throttle: LoginThrottle;
  knownBrowsers: KnownBrowsers;
  hashingQueue: HashingQueue;
  audit: AuditLog;
}): CheckPassword {
  const { users, throttle, knownBrowsers, hashingQueue, audit } = options;

  return (request, typed, password) =>
    // Let in first: an attempt that cannot be looked at does not count.
    hashingQueue(async (hashing) => {
      const username = normalizeUsername(typed);
      const attempt = await throttle.begin({
        username,
        address: request.address,
        knownBrowser: knownBrowsers.recognise(request, username),
      });
      if (attempt.wait > 0) {
        audit.record(request, { type: 'login_failed', reason: 'throttled' });
        return { kind: 'wait', seconds: attempt.wait };
      }
      const user = username === '' ? undefined : await users.findByUsername(username);
      const acceptable = password.length <= MAXIMUM_PASSWORD_LENGTH && password.isWellFormed();
      const matches = await hashing(() => verifyPassword(user?.passwordHash, acceptable ? password : ''));
      if (!matches || !acceptable || user === undefined || user.disabled) {
        // The name that was typed is not written down: it may be a password in the wrong field.
        audit.record(request, { type: 'login_failed', reason: 'wrong', ...(user !== undefined && { userId: user.id }) });
        await attempt.failed();
        return { kind: 'wrong' };
      }
      await attempt.succeeded();
      if (!isOutdated(user.passwordHash)) return { kind: 'right', user };
      const passwordHash = await hashing(() => hashPassword(password));
      if (await users.setPasswordHash(user.id, passwordHash, user.passwordHash)) return { kind: 'right', user: { ...user, passwordHash } };
      // Another login was faster in this, or the password has been changed: what is there now counts.
      const now = await users.findByUsername(username);
      const stillMatches = await hashing(() => verifyPassword(now?.passwordHash, password));
      return stillMatches && now !== undefined ? { kind: 'right', user: now } : { kind: 'wrong' };
    });
}
