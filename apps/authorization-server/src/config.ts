import { fileURLToPath } from 'node:url';
import {
  ConfigError,
  commonSettings,
  days,
  flag,
  httpUrl,
  isLoopback,
  labOffences,
  milliseconds,
  port,
  postgresUrl,
  readEnvironment,
  redisUrl,
  seconds,
} from '@rolecall/service-kit/config';
import * as z from 'zod';
import { defaultRateLimits, rateLimits } from './rate-limit/limits.ts';
import { defaultSeedAddresses } from './seeds.ts';

/** The one that the compose file for development has. */
const PUBLISHED_KEY_ENCRYPTION_KEY = 'Zm9yLWRldmVsb3BtZW50LW9ubHktMzItYnl0ZXMtLS0';

/** 32 bytes, base64url. */
const ENCRYPTION_KEY = /^[A-Za-z0-9_-]{43}$/;
const ENCRYPTION_KEYS = /^[A-Za-z0-9_-]{43}(,[A-Za-z0-9_-]{43})*$/;

const DEFAULT_DATA_DIRECTORY = fileURLToPath(new URL('../../../.data/authorization-server', import.meta.url));

/** Seconds. A signing key is published for as long as a token of this lifetime needs it. */
export const MAXIMUM_ACCESS_TOKEN_LIFETIME = 3_600;

/** Seconds. Who is logged in where is kept for so long, whatever is configured: a lifetime that is raised later counts for sessions that are open already. */
export const MAXIMUM_SESSION_LIFETIME = 30 * 86_400;

/** Words separated by commas. */
const list = z
  .string()
  .regex(/^[^\s,]+(,[^\s,]+)*$/, 'must be words separated by commas')
  .transform((text) => text.split(','));

const settings = z.object({
  ...commonSettings,
  PORT: port.default(4000),
  /** The issuer identifier (RFC 8414 §2), as clients know it: may have a path, has no trailing slash. */
  ISSUER: httpUrl
    .refine((text) => !/^https?:/.test(text) || isPlain(text), {
      error:
        'must be written as browsers write it, with a plain path or none and no slash at its end: an issuer is compared letter by letter',
    })
    .default('http://localhost:4000'),
  DATABASE_URL: postgresUrl.optional(),
  REDIS_URL: redisUrl.optional(),
  /** Where the embedded database and a development key are kept. */
  DATA_DIR: z.string().default(DEFAULT_DATA_DIRECTORY),
  /** The key that signing keys are encrypted with at rest, and opaque access tokens: 32 bytes, base64url. */
  KEY_ENCRYPTION_KEY: z.string().regex(ENCRYPTION_KEY, 'must be 32 random bytes in base64url (43 characters)').optional(),
  /** Others that decrypt, separated by commas: while the key is replaced, the one before or the one to come. */
  KEY_ENCRYPTION_KEYS_ACCEPTED: z
    .string()
    .regex(ENCRYPTION_KEYS, 'must be keys of 32 random bytes in base64url (43 characters each), separated by commas')
    .transform((list) => list.split(','))
    .default([]),
  ACCESS_TOKEN_LIFETIME: seconds(30, MAXIMUM_ACCESS_TOKEN_LIFETIME).default(600),
  /** Since its last use, and since the authorization. A client may have its own. */
  REFRESH_TOKEN_IDLE_LIFETIME: seconds(60, 366 * 86_400).default(30 * 86_400),
  REFRESH_TOKEN_ABSOLUTE_LIFETIME: seconds(60, 10 * 366 * 86_400).default(365 * 86_400),
  AUTHORIZATION_CODE_LIFETIME: seconds(10, 60).default(60),
  SESSION_IDLE_LIFETIME: seconds(60, 86_400).default(12 * 3_600),
  SESSION_ABSOLUTE_LIFETIME: seconds(60, MAXIMUM_SESSION_LIFETIME).default(14 * 86_400),
  INTERACTION_LIFETIME: seconds(60, 86_400).default(3_600),
  /** Lets clients' assertions name the token endpoint as their audience, as they were told to before RFC 10070. */
  ACCEPT_TOKEN_ENDPOINT_AUDIENCE: flag.default(false),
  /** Lets addresses that clients name lead to this machine, with http too. Development only, where it is on. */
  FETCH_LOOPBACK: flag.optional(),
  /** Seconds between two rounds of housekeeping, on average. */
  HOUSEKEEPING_INTERVAL: seconds(1, 86_400).default(300),
  /** Days that audit events are kept; 0: for ever. */
  AUDIT_RETENTION: days(0, 36_500).default(365),
  /** Days without use after which a client that registered itself is removed; 0: never. */
  UNUSED_CLIENT_LIFETIME: days(0, 36_500).default(90),
  /** A module with hooks: see docs/hooks.md. Absolute, or relative to the working directory. */
  HOOKS_MODULE: z.string().optional(),
  /** Milliseconds that a hook may take. */
  HOOKS_TIMEOUT: milliseconds(1, 10_000).default(1_000),
  /** May people make accounts for themselves, and change their passwords? */
  SIGN_UP: flag.default(false),
  PASSWORD_CHANGE: flag.default(false),
  /** Who may register clients (RFC 7591): everybody, who has an initial access token, or nobody. Open in development, off in production. */
  REGISTRATION: z.enum(['open', 'initial_access_token', 'off'], { error: 'must be open, initial_access_token or off' }).optional(),
  REGISTRATION_GRANT_TYPES: list.default(['authorization_code', 'refresh_token']),
  /** All but those of administration where it is absent. */
  REGISTRATION_SCOPES: list.optional(),
  /** Host names, and private-use schemes with their colon. Any where it is absent. */
  REGISTRATION_REDIRECT_HOSTS: list.optional(),
  /** Requests a minute, by endpoint: `off`, or those that differ from the defaults. */
  RATE_LIMITS: rateLimits.default(defaultRateLimits),
  /** Where the seeded clients and the seeded resource are. Development only. */
  SEED_CLIENT_BASE_URL: httpUrl.default(defaultSeedAddresses.clientBaseUrl),
  SEED_RESOURCE: httpUrl.default(defaultSeedAddresses.resource),
});

/** Nothing that a browser would write in another way, and no path that could be taken for a host or for a pattern. */
function isPlain(text: string): boolean {
  return URL.canParse(text) && new URL(text).href.replace(/\/$/, '') === text && /^https?:\/\/[^/]+(\/[A-Za-z0-9._~-]+)*$/.test(text);
}

/** Adds what is convenient in development and safe in production. */
function withDefaultsOfMode(config: Readonly<z.infer<typeof settings>>) {
  const production = config.NODE_ENV === 'production';
  return Object.freeze({
    ...config,
    FETCH_LOOPBACK: config.FETCH_LOOPBACK ?? !production,
    REGISTRATION: config.REGISTRATION ?? (production ? 'off' : 'open'),
  });
}

export type Config = ReturnType<typeof withDefaultsOfMode>;

/**
 * Reads and checks the configuration.
 *
 * @throws ConfigError naming every wrong variable and, in production, every development default that is left.
 */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const config = withDefaultsOfMode(readEnvironment(settings, environment));
  if (config.NODE_ENV === 'production') {
    const offences = productionOffences(config);
    if (offences.length > 0) throw new ConfigError(offences);
  } else if (config.NODE_ENV === 'development' && !isLoopback(config.ISSUER)) {
    // Seeded with users and secrets that everybody knows.
    throw new ConfigError([`ISSUER must be on this machine, or NODE_ENV must be production (it is "${config.ISSUER}")`]);
  }
  return config;
}

function productionOffences(config: Config): string[] {
  const offences: string[] = [];
  if (!config.ISSUER.startsWith('https:')) offences.push(`ISSUER must be https in production (it is "${config.ISSUER}")`);
  if (config.DATABASE_URL === undefined) offences.push('DATABASE_URL is required in production: the embedded database is for development');
  if (config.REDIS_URL === undefined) offences.push('REDIS_URL is required in production: the embedded store is for development');
  if (config.KEY_ENCRYPTION_KEY === undefined)
    offences.push('KEY_ENCRYPTION_KEY is required in production: signing keys are encrypted with it');
  if (config.KEY_ENCRYPTION_KEY === PUBLISHED_KEY_ENCRYPTION_KEY)
    offences.push('KEY_ENCRYPTION_KEY is the one of docker-compose.yml, which everybody can read');
  // Opaque access tokens that were made with it would be believed.
  if (config.KEY_ENCRYPTION_KEYS_ACCEPTED.includes(PUBLISHED_KEY_ENCRYPTION_KEY))
    offences.push('KEY_ENCRYPTION_KEYS_ACCEPTED has the key of docker-compose.yml, which everybody can read');
  if (config.TRUSTED_PROXIES === undefined)
    offences.push('TRUSTED_PROXIES is required in production: the address of the load balancer that ends TLS');
  offences.push(...labOffences(config));
  if (config.FETCH_LOOPBACK) offences.push('FETCH_LOOPBACK must not be true in production: this machine is not for strangers to ask');
  return offences;
}
