import rateLimit from '@fastify/rate-limit';
import type { Clock } from '@rolecall/storage/clock';
import type { Counter } from '@rolecall/storage/short-lived-store';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { OAuthError } from '../oauth-error.ts';
import { PageError } from '../page-error.ts';
import { networkOf } from '../throttle/network-of.ts';
import type { AuthenticateClient } from '../token/client-authentication.ts';
import { type RequestCounters, WINDOW_SECONDS } from './counters.ts';
import type { LimitName, RateLimits } from './limits.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Which limit counts for this route. */
    limit?: LimitName;
  }
}

/** Where clients authenticate. */
const OF_CLIENTS: ReadonlySet<LimitName> = new Set(['token', 'introspect', 'revoke']);

/** Who has not shown who it is has this part of what a client has. */
const UNPROVEN = 1 / 10;

/**
 * Limits requests by endpoint and caller, with the `RateLimit-*` headers and 429. Call it before the first route is added.
 *
 * A client that has proved who it is has a budget of its own, from wherever it asks. Everybody else counts by address: whoever only claims a client_id,
 * which anybody can, a public client included. So a claim takes nothing from the client that it names, and many claims from one address are one caller.
 * An address that has used up its budget is refused before anything is looked up for it.
 *
 * Without the short-lived store nothing is limited: this is against floods, and an endpoint that can work without it goes on. Guessing is stopped elsewhere.
 *
 * @param options.authenticateClient has to remember its answer for a request, which is asked for here first.
 */
export async function registerRateLimits(
  app: FastifyInstance,
  options: { limits: RateLimits; counters: RequestCounters; clock: Clock; authenticateClient: AuthenticateClient },
): Promise<void> {
  const { limits, counters, clock } = options;

  // Before the plugin looks at the route itself.
  app.addHook('onRoute', (route: RouteOptions) => {
    const name = route.config?.limit;
    if (name === undefined || limits[name] === Number.POSITIVE_INFINITY) return;
    const limit = limits[name];
    const anonymousLimit = OF_CLIENTS.has(name) ? Math.ceil(limit * UNPROVEN) : limit;
    route.config = {
      ...route.config,
      rateLimit: {
        timeWindow: WINDOW_SECONDS * 1000,
        // The administration looks at the token before the body: its limit comes before that.
        hook: name === 'admin' ? 'onRequest' : 'preHandler',
        max: (_request, key) => (key.startsWith(CLIENT) ? limit : anonymousLimit),
        keyGenerator: (request) => {
          const address = `${name}:address:${networkOf(request.address)}`;
          if (!OF_CLIENTS.has(name) || counters.isExceeded(address, anonymousLimit)) return address;
          return options.authenticateClient(request).then(
            (client) => (client.tokenEndpointAuthMethod === 'none' ? address : `${CLIENT}${name}:${client.id}`),
            // The endpoint comes to the same, and says so.
            () => address,
          );
        },
      },
    };
  });

  await app.register(rateLimit, {
    global: false,
    enableDraftSpec: true,
    skipOnError: true,
    store: storeOf(counters, clock) as never,
    errorResponseBuilder: (request) =>
      request.routeOptions.config.errors === 'page'
        ? new PageError(
            'Too many requests',
            'More requests have come from your network than this server takes. Wait a minute and try again.',
            {
              status: 429,
            },
          )
        : new OAuthError('temporarily_unavailable', 'Too many requests. Try again later.', { status: 429 }),
  });
}

const CLIENT = 'client:';

/** The counters, as the plugin wants a store to be: a class, with callbacks. */
function storeOf(counters: RequestCounters, clock: Clock) {
  return class Store {
    incr(
      key: string,
      callback: (error: unknown, result?: { current: number; ttl: number }) => void,
      _timeWindow: number,
      limit: number,
    ): void {
      const answer = ({ count, expiresAt }: Counter) => callback(null, { current: count, ttl: expiresAt - clock.now() });
      const counted = counters.count(key, limit);
      if (counted instanceof Promise) counted.then(answer, (error: unknown) => callback(error));
      else answer(counted);
    }

    child(): Store {
      return this;
    }
  };
}
