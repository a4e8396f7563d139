import type {} from '@fastify/session';
import type { Session } from 'fastify';
import type { Attempt } from './sign-in/attempt.ts';
import type { Tries } from './notes/recovery.ts';

/** Access to the API, as the authorization server granted it. Kept on this side only: the browser never gets any of it but words about it. */
export interface Access {
  /** Opaque to this client: never decoded (RFC 9068 §6). */
  accessToken: string;
  /** The authorization server that issued the token. */
  issuer: string;
  /** The only resource that the token may be sent to (RFC 8707 §2). */
  resource: string;
  /** The scope that was asked for; undefined when the request had none. */
  requestedScope?: string;
  /** The scope that was granted; undefined when it was never said. */
  grantedScope?: string;
  /** Milliseconds since the epoch; undefined when the authorization server did not say. */
  expiresAt?: number;
}

/** What the user typed into the form for a new note. */
export interface Draft {
  title: string;
  body: string;
}

declare module 'fastify' {
  interface Session {
    /** Authorization requests that have not been answered yet. */
    attempts?: Attempt[];
    access?: Access;
    /** How often access was asked for again, for each operation that has not succeeded since. */
    tries?: Tries;
    /** A note that could not be saved before access was asked for again. */
    draft?: Draft;
    /** What the authorization server said when it refused the last attempt. */
    refusal?: { error: string; description?: string };
  }
}

/** The session's access, if it is of this issuer and for this resource: after a change of the configuration it must not be sent anywhere else. */
export function usableAccess(session: Pick<Session, 'access'>, peers: { issuer: string; resource: string }): Access | undefined {
  const { access } = session;
  return access?.issuer === peers.issuer && access.resource === peers.resource ? access : undefined;
}
