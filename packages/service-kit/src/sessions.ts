import { hash, randomBytes } from 'node:crypto';
import cookie from '@fastify/cookie';
import csrf from '@fastify/csrf-protection';
import session from '@fastify/session';
import { type Clock, systemClock } from '@rolecall/storage/clock';
import type { ShortLivedStore } from '@rolecall/storage/short-lived-store';
import { StoreUnavailableError } from '@rolecall/storage/store-unavailable-error';
import type { FastifyInstance, FastifyReply, FastifyRequest, Session } from 'fastify';
import type { Parameters } from './parameters.ts';

export interface SessionOptions {
  /** Named after the role: cookies ignore ports, and every role runs on `localhost` in development. */
  cookieName: string;
  store: ShortLivedStore;
  /** True where the service is reached by https: the cookie is then `Secure` and has the `__Host-` prefix. */
  https: boolean;
  /** Seconds without a request after which a session ends. */
  idleSeconds: number;
  /** The same for a session in which nobody is known yet: anybody can make any number of these. */
  anonymousSeconds: number;
  /** Is somebody known in this session? */
  isEstablished: (session: Session) => boolean;
  /** Seconds after which a session ends in any case. */
  absoluteSeconds: number;
  clock?: Clock;
}

/** The hidden field in which a form carries its anti-forgery token. */
export const CSRF_FIELD = '_csrf';

/** How much of the idle time may pass before a session in use is written again: a write for every request would be a round trip for nothing. */
const TOUCH_FRACTION = 1 / 20;

/**
 * Adds server-side sessions (`request.session`) and protection against forged form posts (`app.csrfProtection`, `reply.generateCsrf()`).
 * The cookie carries 256 random bits; the store knows only their SHA-256, so that who reads the store cannot take over a session.
 */
export async function registerSessions(app: FastifyInstance, options: SessionOptions): Promise<void> {
  const clock = options.clock ?? systemClock;
  await app.register(cookie);
  const cookieName = options.https ? `__Host-${options.cookieName}` : options.cookieName;
  const cookieOptions = { path: '/', httpOnly: true, sameSite: 'lax', secure: options.https } as const;
  await app.register(session, {
    cookieName,
    cookie: cookieOptions,
    saveUninitialized: false,
    rolling: false,
    idGenerator: () => randomBytes(32).toString('base64url'),
    // The id is random enough not to be guessed: a signature over it would protect nothing and be one more key to keep.
    secret: { sign: (value: string) => value, unsign: (value: string) => ({ valid: true, renew: false, value }) },
    store: sessionStore(options, clock) as never,
  });
  app.addHook('onRequest', (request, _reply, done) => {
    // The cookie would silently not be set, and every form fail later.
    if (options.https && request.protocol !== 'https')
      return done(
        new Error('a request came without https: TRUSTED_PROXIES must name the proxy in front, and that must send X-Forwarded-Proto'),
      );
    keepAlive(request, options, clock);
    done();
  });
  // A session that could not be written would be written again with the answer that tells of it, and that failure be answered by nobody's words.
  app.addHook('onError', async (request, _reply, error) => {
    if (error instanceof StoreUnavailableError) (request as { session: unknown }).session = null;
  });
  app.decorateReply('endSession', async function (this: FastifyReply) {
    await this.request.session.destroy();
    this.clearCookie(cookieName, cookieOptions);
  });
  await app.register(csrf, {
    sessionPlugin: '@fastify/session',
    getToken: (request: FastifyRequest) => (request.body as Parameters | undefined)?.[CSRF_FIELD]?.[0],
  });
}

function keepAlive(request: FastifyRequest, options: SessionOptions, clock: Clock): void {
  const { session } = request;
  if (session.seenAt === undefined) return;
  if (clock.now() - session.seenAt > options.idleSeconds * 1000 * TOUCH_FRACTION) session.seenAt = clock.now();
}

/** By what a session is known outside of its browser: SHA-256 of its id, base64url. */
export function sessionHash(id: string): string {
  return hash('sha256', id, 'base64url');
}

/** Where the short-lived store has the session with this {@link sessionHash}: without it, the session is over. */
export function sessionKey(hash: string): string {
  return `session:${hash}`;
}

function sessionStore(options: SessionOptions, clock: Clock) {
  const keyOf = (id: string) => sessionKey(sessionHash(id));
  const settle = (work: Promise<unknown>, callback: (error?: unknown, value?: unknown) => void): void => {
    work.then(
      (value) => callback(null, value),
      (error: unknown) => callback(error),
    );
  };
  return {
    get(id: string, callback: (error?: unknown, value?: unknown) => void): void {
      settle(options.store.get<Session>(keyOf(id)), callback);
    },
    set(id: string, data: Session, callback: (error?: unknown) => void): void {
      const isNew = data.createdAt === undefined;
      data.createdAt ??= clock.now();
      data.seenAt ??= clock.now();
      const remaining = Math.floor((data.createdAt + options.absoluteSeconds * 1000 - clock.now()) / 1000);
      const idle = options.isEstablished(data) ? options.idleSeconds : options.anonymousSeconds;
      const lifetime = Math.min(idle, remaining);
      if (lifetime <= 0) return settle(options.store.delete(keyOf(id)), callback);
      // A request that was under way while its session was ended must not bring it back.
      settle(isNew ? options.store.set(keyOf(id), data, lifetime) : options.store.replace(keyOf(id), data, lifetime), callback);
    },
    destroy(id: string, callback: (error?: unknown) => void): void {
      settle(options.store.delete(keyOf(id)), callback);
    },
  };
}

declare module 'fastify' {
  interface Session {
    /** Milliseconds since the epoch: when this session began. */
    createdAt?: number;
    /** Milliseconds since the epoch: roughly when it was last used. */
    seenAt?: number;
  }
  interface FastifyReply {
    /** Ends the session: forgets it on this side and removes the browser's cookie. */
    endSession(): Promise<void>;
  }
}
