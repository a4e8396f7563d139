import {
  ConfigError,
  commonSettings,
  flag,
  httpUrl,
  labOffences,
  port,
  readEnvironment,
  redisUrl,
  seconds,
} from '@rolecall/service-kit/config';
import * as z from 'zod';
import { clientKey } from './client-key.ts';
import { isSecureAddress } from './secure-address.ts';
import { SEEDED_SERVICE_SECRET } from './service/service-client.ts';

const SEEDED_SECRET = 'sample-client-secret';

const settings = z.object({
  ...commonSettings,
  PORT: port.default(4002),
  /** Where browsers reach this client. The redirect URI is `BASE_URL/callback`. */
  BASE_URL: httpUrl
    .refine((text) => !URL.canParse(text) || new URL(text).origin === text, 'must be an origin, without a path or a slash at its end')
    .default('http://localhost:4002'),
  /** The authorization server's issuer identifier (RFC 8414 §2), letter by letter: `CLIENT_ID` and `CLIENT_SECRET` are for it alone. */
  ISSUER: httpUrl.default('http://localhost:4000'),
  /** The API's resource identifier (RFC 8707 §2), letter by letter: also where the API is. */
  RESOURCE: httpUrl.default('http://localhost:4001'),
  /** Ask the authorization server that the API's metadata names (RFC 9728), be it `ISSUER` or another. */
  DISCOVER_ISSUER: flag.default(false),
  /** Whether `ISSUER` is a development server with the seeds. `false`: it is somebody else's, and hears nothing of what ours is seeded with. */
  SEEDED_CREDENTIALS: flag.default(true),
  /** `configured`: `ISSUER` knows this client as `CLIENT_ID`. `automatic`: it does not, and this client makes itself known there too. */
  CLIENT_REGISTRATION: z.enum(['configured', 'automatic'], { error: 'must be configured or automatic' }).optional(),
  CLIENT_ID: z.string().optional(),
  CLIENT_SECRET: z.string().default(SEEDED_SECRET),
  /** A private JWK, or the path of a file with it: this client then signs instead of sending its secret (`private_key_jwt`). */
  CLIENT_KEY: clientKey.optional(),
  /** As whom this client asks `ISSUER` for access without a user. In production nobody, unless it is said. */
  SERVICE_CLIENT_ID: z.string().optional(),
  SERVICE_CLIENT_SECRET: z.string().optional(),
  SERVICE_CLIENT_KEY: clientKey.optional(),
  /** Push authorization requests (RFC 9126), and make no others. */
  CLIENT_PAR: flag.default(false),
  /** Bind new access to a key of each session (RFC 9449), and take no bearer tokens instead. */
  CLIENT_DPOP: flag.default(false),
  /** As whom the single-page application asks `ISSUER`. In production there is none, unless it is said. */
  SPA_CLIENT_ID: z.string().optional(),
  REDIS_URL: redisUrl.optional(),
  /** How long the authorization server or the API may take to answer. */
  PEER_TIMEOUT: seconds(1, 60).default(5),
});

/** Where nothing is seeded and nobody has said as whom `ISSUER` knows this client, it makes itself known. */
function withIdentity(config: Readonly<z.infer<typeof settings>>) {
  const { SEEDED_CREDENTIALS: seeded, CLIENT_ID: id } = config;
  return Object.freeze({
    ...config,
    CLIENT_REGISTRATION: config.CLIENT_REGISTRATION ?? (seeded || id !== undefined ? 'configured' : 'automatic'),
    CLIENT_ID: id ?? 'sample-client',
  });
}

export type Config = ReturnType<typeof withIdentity>;

/**
 * Reads and checks the configuration.
 *
 * @throws ConfigError naming every wrong variable and, in production, every development default that is left.
 */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const config = withIdentity(readEnvironment(settings, environment));
  const offences = config.NODE_ENV === 'production' ? productionOffences(config) : insecureAddresses(config);
  if (!config.SEEDED_CREDENTIALS && config.NODE_ENV !== 'production' && hasSeededSecret(config))
    offences.push('CLIENT_SECRET or CLIENT_KEY is required with CLIENT_ID where SEEDED_CREDENTIALS is false');
  if (config.SERVICE_CLIENT_ID !== undefined && config.SERVICE_CLIENT_SECRET === undefined && config.SERVICE_CLIENT_KEY === undefined)
    offences.push('SERVICE_CLIENT_SECRET or SERVICE_CLIENT_KEY is required with SERVICE_CLIENT_ID');
  if (offences.length > 0) throw new ConfigError(offences);
  return config;
}

const ADDRESSES = ['BASE_URL', 'ISSUER', 'RESOURCE'] as const;

function insecureAddresses(config: Config): string[] {
  return ADDRESSES.filter((name) => !isSecureAddress(config[name])).map(
    (name) => `${name} must be https, except on this machine (it is "${config[name]}")`,
  );
}

function productionOffences(config: Config): string[] {
  const offences = ADDRESSES.filter((name) => !config[name].startsWith('https:')).map(
    (name) => `${name} must be https in production (it is "${config[name]}")`,
  );
  if (config.SERVICE_CLIENT_SECRET === SEEDED_SERVICE_SECRET)
    offences.push('SERVICE_CLIENT_SECRET is the one of development, which is known to everybody');
  if (hasSeededSecret(config)) offences.push('CLIENT_SECRET is required in production: the secret of development is known to everybody');
  if (config.REDIS_URL === undefined) offences.push('REDIS_URL is required in production: sessions in memory are for development');
  if (config.TRUSTED_PROXIES === undefined)
    offences.push('TRUSTED_PROXIES is required in production: the address of the load balancer that ends TLS');
  offences.push(...labOffences(config));
  return offences;
}

function hasSeededSecret({ CLIENT_REGISTRATION, CLIENT_SECRET, CLIENT_KEY }: Config): boolean {
  return CLIENT_REGISTRATION === 'configured' && CLIENT_SECRET === SEEDED_SECRET && CLIENT_KEY === undefined;
}
