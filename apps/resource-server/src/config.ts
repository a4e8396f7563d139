import { fileURLToPath } from 'node:url';
import {
  commonSettings,
  ConfigError,
  flag,
  httpUrl,
  labOffences,
  port,
  postgresUrl,
  readEnvironment,
  redisUrl,
  seconds,
} from '@rolecall/service-kit/config';
import { type DatabaseLocation, databaseLocation } from '@rolecall/storage/database-location';
import * as z from 'zod';

type Environment = Record<string, string | undefined>;

/** The schema of the database that is this role's own: roles share a server, never a table. */
const DATABASE_SCHEMA = 'resource_server';
const DEFAULT_DATA_DIRECTORY = fileURLToPath(new URL('../../../.data/resource-server', import.meta.url));

/** As whom the authorization server of development knows this role. */
const SEEDED_CREDENTIALS = { INTROSPECTION_CLIENT_ID: 'resource-server', INTROSPECTION_CLIENT_SECRET: 'resource-server-secret' };

const databaseSettings = z.object({
  NODE_ENV: commonSettings.NODE_ENV,
  DATABASE_URL: postgresUrl.optional(),
  /** The folder of the embedded database, where there is no DATABASE_URL. */
  DATA_DIR: z.string().default(DEFAULT_DATA_DIRECTORY),
});

const settings = z.object({
  ...commonSettings,
  ...databaseSettings.shape,
  PORT: port.default(4001),
  /** Whose access tokens are accepted: an authorization server's issuer identifier, letter by letter (RFC 8414 §2). */
  ISSUER: httpUrl.default('http://localhost:4000'),
  /** This resource's identifier: what the `aud` of its access tokens says, and where its API is reached (RFC 8707 §2, RFC 9728 §1.2). */
  RESOURCE: httpUrl
    .refine((url) => !url.endsWith('/'), { error: 'must not end with a slash: it is compared letter by letter' })
    // Its path is where the routes are: what a router or a URL parser would read in another way has no place in it.
    .refine((url) => !URL.canParse(url) || /^\w+:\/\/[^/]+(\/(?!\.)[\w~.-]+)*\/?$/.test(url), {
      error: 'must have a path of plain segments, or none',
    })
    .default('http://localhost:4001'),
  /** As whom this resource asks the authorization server about opaque tokens (RFC 7662). Without both, only JWTs are accepted. */
  INTROSPECTION_CLIENT_ID: z.string().min(1).optional(),
  INTROSPECTION_CLIENT_SECRET: z.string().min(1).optional(),
  /** Whether ISSUER is a development server with the seeds. `false`: it is somebody else's, and hears nothing of what ours is seeded with. */
  SEEDED_CREDENTIALS: flag.default(true),
  /** Seconds for which an answer is used again: so long a revoked opaque token may still be accepted. */
  INTROSPECTION_CACHE: seconds(0, 300).default(0),
  /** Access tokens that are bound to a key (RFC 9449): refused, accepted beside bearer tokens, or the only ones that are accepted. */
  DPOP: z.enum(['off', 'accepted', 'required'], { error: 'must be off, accepted or required' }).default('accepted'),
  /** Whether their proofs need a nonce of this server's. */
  DPOP_NONCES: flag.default(false),
  /** From which nonces are made: the same for all instances. */
  DPOP_NONCE_SECRET: z.string().min(32, { error: 'must have at least 32 characters' }).optional(),
  /** Where it is remembered which proofs were used, for all instances. Without it each remembers its own. */
  REDIS_URL: redisUrl.optional(),
});

export type Config = Readonly<z.infer<typeof settings>>;

/**
 * The service's settings from environment variables.
 *
 * @throws ConfigError naming every variable that is wrong and, in production, every development default that is left.
 */
export function readConfig(environment: Environment): Config {
  const config = readEnvironment(settings, environment);
  const { NODE_ENV, INTROSPECTION_CLIENT_ID: id, INTROSPECTION_CLIENT_SECRET: secret } = config;
  if ((id === undefined) !== (secret === undefined))
    throw new ConfigError(['INTROSPECTION_CLIENT_ID and INTROSPECTION_CLIENT_SECRET come together']);
  if (NODE_ENV !== 'production') return id === undefined && config.SEEDED_CREDENTIALS ? { ...config, ...SEEDED_CREDENTIALS } : config;
  refuseDevelopmentDefaults(config);
  return config;
}

/** Where the notes are. All that migrating needs to know: a migration job has no issuer to name. */
export function readDatabaseLocation(environment: Environment): DatabaseLocation {
  const config = readEnvironment(databaseSettings, environment);
  if (config.NODE_ENV === 'production' && config.DATABASE_URL === undefined) throw new ConfigError([MISSING_DATABASE]);
  return locationOf(config);
}

/** Where a configured service keeps its notes. */
export function locationOf(config: Pick<Config, 'DATABASE_URL' | 'DATA_DIR'>): DatabaseLocation {
  return databaseLocation({ databaseUrl: config.DATABASE_URL, schema: DATABASE_SCHEMA, directory: config.DATA_DIR });
}

const MISSING_DATABASE = 'DATABASE_URL must be set in production: the embedded database is for development';

function refuseDevelopmentDefaults(config: Config): void {
  const problems: string[] = [];
  if (config.DATABASE_URL === undefined) problems.push(MISSING_DATABASE);
  for (const name of ['ISSUER', 'RESOURCE'] as const) {
    if (!config[name].startsWith('https://')) problems.push(`${name} must be an https address in production (it is "${config[name]}")`);
  }
  if (config.DPOP !== 'off') {
    if (config.REDIS_URL === undefined)
      problems.push('REDIS_URL must be set in production, or DPOP be off: instances must know of each other which proofs were used');
    if (config.DPOP_NONCES && config.DPOP_NONCE_SECRET === undefined)
      problems.push('DPOP_NONCE_SECRET must be set in production where DPOP_NONCES is true: instances must accept each other’s');
  }
  if (config.INTROSPECTION_CLIENT_SECRET === SEEDED_CREDENTIALS.INTROSPECTION_CLIENT_SECRET)
    problems.push('INTROSPECTION_CLIENT_SECRET must not be that of development in production: everybody knows it');
  if (config.TRUSTED_PROXIES === undefined)
    problems.push('TRUSTED_PROXIES must be set in production: without it every caller would have the load balancer’s address');
  problems.push(...labOffences(config));
  if (problems.length > 0) throw new ConfigError(problems);
}
