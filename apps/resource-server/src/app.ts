import cors from '@fastify/cors';
import { notesScopes } from '@rolecall/contracts/scope';
import type { Lab } from '@rolecall/lab/lab';
import { resourceGuard } from '@rolecall/resource-guard';
import type { DpopOptions } from '@rolecall/resource-guard/dpop/proofs';
import { resourcePath } from '@rolecall/resource-guard/resource-address';
import { createApp } from '@rolecall/service-kit/create-app';
import { registerHealth } from '@rolecall/service-kit/health';
import { acceptOnlyJson } from '@rolecall/service-kit/json-body';
import { refuseOtherMethods } from '@rolecall/service-kit/refuse-other-methods';
import { type Clock, systemClock } from '@rolecall/storage/clock';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Config } from './config.ts';
import { errorHandler } from './error-handler.ts';
import { registerNotes } from './notes/routes.ts';
import type { Stores } from './stores/types.ts';

type Logger = Parameters<typeof createApp>[0]['logger'] & FastifyBaseLogger;

export interface Dependencies {
  /** Closed with the app. */
  stores: Stores;
  logger: Logger;
  clock?: Clock;
  /** Its instruments, on a developer's machine. */
  lab?: Lab | undefined;
}

/** The longest valid note with every character escaped (`\uXXXX`), and some room. */
const BODY_LIMIT_BYTES = 128 * 1024;

/** The whole service, ready to listen. Needs nothing of the authorization server yet. */
export async function buildApp(config: Config, { stores, logger, clock = systemClock, lab }: Dependencies): Promise<FastifyInstance> {
  const { ISSUER: issuer, RESOURCE: resource } = config;
  const app = await createApp({
    logger,
    trustedProxies: config.TRUSTED_PROXIES,
    https: resource.startsWith('https:'),
    bodyLimit: BODY_LIMIT_BYTES,
    errorHandler,
  });
  lab?.register(app);
  app.addHook('onClose', () => stores.close());
  app.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'));
  app.setNotFoundHandler(async (_request, reply) =>
    reply.code(404).send({ error: 'not_found', error_description: 'there is nothing at this address' }),
  );
  acceptOnlyJson(app);
  // Any origin: what lets a caller in is its token, never a cookie (RFC 6750 §5.3, RFC 9449 §8).
  await app.register(cors, {
    origin: '*',
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
    allowedHeaders: ['Authorization', 'DPoP', 'Content-Type'],
    exposedHeaders: ['WWW-Authenticate', 'DPoP-Nonce', 'Location', 'Retry-After'],
    maxAge: 600,
    strictPreflight: false,
  });
  const refuseTheRest = refuseOtherMethods(app);

  registerHealth(app, { database: stores.ping });
  await app.register(resourceGuard, {
    issuer,
    resource,
    name: 'Rolecall Notes',
    realm: 'notes',
    scopes: Object.keys(notesScopes),
    ...(config.INTROSPECTION_CLIENT_ID !== undefined &&
      config.INTROSPECTION_CLIENT_SECRET !== undefined && {
        introspection: {
          clientId: config.INTROSPECTION_CLIENT_ID,
          clientSecret: config.INTROSPECTION_CLIENT_SECRET,
          cacheSeconds: config.INTROSPECTION_CACHE,
        },
      }),
    dpop: dpopOptions(config, stores),
    clock,
    ...(lab && { fetch: lab.fetch }),
  });
  await app.register(
    async (api) => {
      // Nothing is served here that does not say what it needs.
      api.addHook('onRoute', ({ url, onRequest }) => {
        if (onRequest === undefined) throw new Error(`${url} is not guarded`);
      });
      registerNotes(api, { notes: stores.notes, clock, resource });
    },
    { prefix: resourcePath(resource) },
  );

  refuseTheRest();
  await app.ready();
  return app;
}

/** @returns false where tokens that are bound to a key are refused. */
function dpopOptions({ DPOP, DPOP_NONCES, DPOP_NONCE_SECRET: secret }: Config, { replays }: Stores): DpopOptions | false {
  if (DPOP === 'off') return false;
  return {
    required: DPOP === 'required',
    nonces: DPOP_NONCES && (secret === undefined || { secret }),
    ...(replays && { replays }),
  };
}
