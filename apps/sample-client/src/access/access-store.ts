import { randomBytes } from 'node:crypto';
import type { Clock } from '@rolecall/storage/clock';
import type { ShortLivedStore } from '@rolecall/storage/short-lived-store';
import type { Access, Connection } from './access.ts';

/**
 * Where tokens are kept: beside the sessions, each in a record of its own. A session is read with each request and may be written at its end,
 * with what it was at the beginning: tokens in it would be overwritten by older ones.
 */
export interface AccessStore {
  /** Keeps new access. @returns what the session has to remember. */
  add(access: Access): Promise<Connection>;
  find(id: string): Promise<Access | undefined>;
  /** Puts renewed access in the old one's place. False when that was removed meanwhile, and must not come back. */
  replace(id: string, access: Access): Promise<boolean>;
  /** Removes the access, and answers what it was: to one caller alone. */
  take(id: string): Promise<Access | undefined>;
}

/** @param session how long a session lives, in seconds: without use, and in any case. No access outlives the session that it belongs to by much. */
export function createAccessStore(
  store: ShortLivedStore,
  clock: Clock,
  session: { idleSeconds: number; absoluteSeconds: number },
): AccessStore {
  const keyOf = (id: string) => `access:${id}`;

  // Whatever is renewed is written again when its token expires, at the latest by the next request. That comes within the idle time, or never.
  const lifetime = ({ expiresAt }: Access): number => {
    if (expiresAt === undefined) return session.absoluteSeconds;
    const untilExpiry = Math.max(0, Math.ceil((expiresAt - clock.now()) / 1000));
    return Math.min(session.absoluteSeconds, untilExpiry + session.idleSeconds);
  };

  return {
    add: async (access) => {
      const id = randomBytes(32).toString('base64url');
      await store.set(keyOf(id), access, lifetime(access));
      return { id, issuer: access.issuer, resource: access.resource };
    },
    find: (id) => store.get<Access>(keyOf(id)),
    replace: (id, access) => store.replace(keyOf(id), access, lifetime(access)),
    take: (id) => store.take<Access>(keyOf(id)),
  };
}
