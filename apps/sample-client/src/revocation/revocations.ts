import type { FastifyBaseLogger } from 'fastify';
import type { Access } from '../access/access.ts';
import { type RevocationEndpoint, RevokeLaterError, type RevokedToken, revokeToken } from './revoke-token.ts';

/** Revokes tokens in the background: whoever logs out neither waits for the authorization server nor hears of its troubles. */
export interface Revocations {
  revoke(access: Access): void;
  /** Tries what is still waiting once more, and ends. */
  close(): Promise<void>;
}

/** Seconds until a token is tried again, after each failure. Then it is given up: most access tokens have expired by then, and nobody has the refresh token any more. */
const DELAYS_SECONDS = [1, 5, 30, 120, 600];

/** So many tokens may wait. More come together only while the authorization server is down for long and everybody logs out. */
const MAXIMUM_WAITING = 1_000;

export function createRevocations(endpoint: RevocationEndpoint, logger: FastifyBaseLogger): Revocations {
  const underWay = new Set<Promise<void>>();
  const waiting = new Map<NodeJS.Timeout, RevokedToken>();
  let closing = false;

  const start = (token: RevokedToken, failures: number): void => {
    const work = attempt(token, failures).finally(() => underWay.delete(work));
    underWay.add(work);
  };

  const attempt = async (token: RevokedToken, failures: number): Promise<void> => {
    try {
      await revokeToken(endpoint, token);
    } catch (error) {
      const delay = error instanceof RevokeLaterError ? DELAYS_SECONDS[failures] : undefined;
      const again = delay !== undefined && !closing && waiting.size < MAXIMUM_WAITING;
      logger.warn({ err: error, hint: token.hint, again }, 'a token could not be revoked');
      if (again) wait(token, failures + 1, later(delay, error as RevokeLaterError));
    }
  };

  const wait = (token: RevokedToken, failures: number, seconds: number): void => {
    const timer = setTimeout(() => {
      waiting.delete(timer);
      start(token, failures);
    }, seconds * 1000);
    timer.unref();
    waiting.set(timer, token);
  };

  return {
    revoke: ({ issuer, refreshToken, accessToken }) => {
      // With the refresh token a good server revokes all that came from it; the access token is named in case it does not (RFC 7009 §2.1).
      if (refreshToken !== undefined) start({ issuer, token: refreshToken, hint: 'refresh_token' }, 0);
      start({ issuer, token: accessToken, hint: 'access_token' }, 0);
    },
    close: async () => {
      closing = true;
      for (const [timer, token] of waiting) {
        clearTimeout(timer);
        start(token, DELAYS_SECONDS.length);
      }
      waiting.clear();
      await Promise.all(underWay);
    },
  };
}

/** The server's word counts where it asks for more time, up to the longest delay. */
function later(delay: number, { afterSeconds = 0 }: RevokeLaterError): number {
  return Math.max(delay, Math.min(afterSeconds, DELAYS_SECONDS.at(-1) as number));
}
