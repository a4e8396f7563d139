import { given } from '@rolecall/contracts/provider-states';
import { RESOURCE, REDIRECT_URI, SCOPE } from './addresses.ts';

/** The client that asks in most contracts. The secret is for tests alone. */
export const sampleClient = { clientId: 'sample-client', secret: 'a-secret-for-contracts' };

/** How it authenticates with a secret. Each half is form-encoded (RFC 6749 §2.3.1): its library encodes hyphens, too. */
export const basic = (secret: string) =>
  `Basic ${Buffer.from(`${sampleClient.clientId}:${secret}`.replaceAll('-', '%2D')).toString('base64')}`;

/** With the right one. */
export const BASIC = basic(sampleClient.secret);

/** The same client, to its own modules. */
export const self = { clientId: sampleClient.clientId, clientSecret: sampleClient.secret };

/** That it is known, and may use these grants. */
export const registered = (...grantTypes: ('authorization_code' | 'refresh_token' | 'client_credentials')[]) =>
  given('client registered', {
    ...sampleClient,
    authentication: 'client_secret_basic',
    grantTypes,
    redirectUris: [REDIRECT_URI],
  });

/** That a user has granted it access, with what the state takes besides. */
export const consented = (changes: Partial<Parameters<typeof given<'user consented'>>[1]> = {}) =>
  given('user consented', { clientId: sampleClient.clientId, scope: SCOPE, resource: RESOURCE, ...changes });
