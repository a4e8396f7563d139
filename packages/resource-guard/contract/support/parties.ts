import { integer, string } from '@rolecall/contract-testing/matchers';
import { given } from '@rolecall/contracts/provider-states';
import { ISSUER, NOW, RESOURCE, SCOPE } from './issuer.ts';

/** As whom the guard asks. The secret is for contracts alone. */
export const SELF = { clientId: 'resource-server', clientSecret: 'a+secret/for contracts' };

/** Whose tokens it is asked about. */
export const CLIENT = 'sample-client';
/** The authorization server knows the resource server. */
export const known = given('client registered', {
  clientId: SELF.clientId,
  authentication: 'client_secret_basic',
  secret: SELF.clientSecret,
  grantTypes: [],
  redirectUris: [],
});

/** It knows the client. */
export const client = given('client registered', {
  clientId: CLIENT,
  authentication: 'client_secret_basic',
  secret: 'another-secret-for-contracts',
  grantTypes: ['authorization_code', 'refresh_token'],
  redirectUris: ['http://localhost:4002/callback'],
});

/** A user has granted the client access. */
export const consented = (changes: { tokenFormat?: 'jwt' | 'opaque'; resource?: string; revoked?: boolean } = {}) =>
  given('user consented', { clientId: CLIENT, scope: SCOPE, resource: RESOURCE, tokenFormat: 'opaque', ...changes });

/** What introspection says of a good token. */
export const active = {
  active: true,
  iss: ISSUER,
  aud: RESOURCE,
  sub: string('alice'),
  client_id: CLIENT,
  scope: SCOPE,
  iat: integer(NOW),
  exp: integer(NOW + 600),
  jti: string('an-id'),
};
