import type { Config } from '../config.ts';
import type { PreRegistered } from '../registration/pre-registered.ts';

export const SEEDED_SERVICE_SECRET = 'sample-service-secret';

/** Who this client is when it acts for itself, without a user: the one that the configuration names; in development the seeded one, in production else nobody. */
export function serviceClientOf(config: Config): PreRegistered | undefined {
  const { ISSUER: issuer, SERVICE_CLIENT_ID: clientId, SERVICE_CLIENT_SECRET: clientSecret, SERVICE_CLIENT_KEY: clientKey } = config;
  if (clientId !== undefined) return { issuer, clientId, clientSecret, clientKey };
  return config.NODE_ENV === 'production' ? undefined : { issuer, clientId: 'sample-service', clientSecret: SEEDED_SERVICE_SECRET };
}
