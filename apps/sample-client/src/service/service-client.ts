import type { Config } from '../config.ts';
import type { PreRegistered } from '../registration/pre-registered.ts';

export const SEEDED_SERVICE_SECRET = 'sample-service-secret';

/** Who this client is when it acts for itself, without a user: the one that the configuration names; in development the seeded one, in production and with somebody else's server nobody else. */
export function serviceClientOf(config: Config): PreRegistered | undefined {
  const { ISSUER: issuer, SERVICE_CLIENT_ID: clientId, SERVICE_CLIENT_SECRET: clientSecret, SERVICE_CLIENT_KEY: clientKey } = config;
  if (clientId !== undefined) return { issuer, clientId, clientSecret, clientKey };
  const seeded = config.NODE_ENV !== 'production' && config.SEEDED_CREDENTIALS;
  return seeded ? { issuer, clientId: 'sample-service', clientSecret: SEEDED_SERVICE_SECRET } : undefined;
}
