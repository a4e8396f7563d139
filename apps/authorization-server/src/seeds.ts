import { notesScopes } from '@rolecall/contracts/scope';
import { adminScopes } from './admin/scopes.ts';
import type { Resource, TokenEndpointAuthMethod } from './stores/types.ts';

/** Where the development seeds point: these change when the roles run on other ports. */
export interface SeedAddresses {
  clientBaseUrl: string;
  resource: string;
}

export interface SeedUser {
  username: string;
  password: string;
  name: string;
}

export interface SeedClient {
  id: string;
  name: string;
  /** What it is there to show, for the banner at start-up. */
  purpose: string;
  secret?: string;
  jwks?: { keys: Record<string, unknown>[] };
  tokenEndpointAuthMethod: TokenEndpointAuthMethod;
  applicationType: 'web' | 'native';
  grantTypes: ('authorization_code' | 'refresh_token' | 'client_credentials')[];
  redirectUris: string[];
  scopes: string[];
  requirePkce: boolean;
}

export const defaultSeedAddresses: SeedAddresses = { clientBaseUrl: 'http://localhost:4002', resource: 'http://localhost:4001' };

/** The private key of `sample-service-jwt`, as everybody knows it. */
export const sampleServiceKey = {
  kty: 'EC',
  crv: 'P-256',
  kid: 'sample-service-jwt-1',
  alg: 'ES256',
  use: 'sig',
  x: 'kYGhaSc1pKfX6UiVWuMNzrnwahs-hgKFcrgjyRBCuYQ',
  y: '4dm3A8SRQFRadtWhgPOsaidnXje2459hTeZVBvgnv6o',
  d: 'yf9yvSb1Kx2pdzgnMPeekYU5hhThmA3MCfDIXadfNas',
};

/** The users, clients and resources of a development server. Everybody knows these secrets: a production server refuses to start while one of them is in its database. */
export function developmentSeeds(addresses: SeedAddresses = defaultSeedAddresses) {
  const scopes = Object.keys(notesScopes);

  const users: SeedUser[] = [
    { username: 'alice', password: 'wonderland', name: 'Alice' },
    { username: 'bob', password: 'builder', name: 'Bob' },
  ];

  const clients: SeedClient[] = [
    {
      id: 'sample-client',
      name: 'Sample client',
      purpose: 'a confidential web application (it runs beside this server)',
      secret: 'sample-client-secret',
      tokenEndpointAuthMethod: 'client_secret_basic',
      applicationType: 'web',
      grantTypes: ['authorization_code', 'refresh_token'],
      redirectUris: [`${addresses.clientBaseUrl}/callback`],
      scopes,
      requirePkce: true,
    },
    {
      id: 'sample-spa',
      name: 'Sample single-page application',
      purpose: 'a public client in a browser',
      tokenEndpointAuthMethod: 'none',
      applicationType: 'web',
      grantTypes: ['authorization_code', 'refresh_token'],
      redirectUris: [`${addresses.clientBaseUrl}/spa/callback`],
      scopes,
      requirePkce: true,
    },
    {
      id: 'sample-cli',
      name: 'Sample command-line tool',
      purpose: 'a public native client with a loopback redirect',
      tokenEndpointAuthMethod: 'none',
      applicationType: 'native',
      grantTypes: ['authorization_code', 'refresh_token'],
      redirectUris: ['http://127.0.0.1/callback', 'http://[::1]/callback'],
      scopes,
      requirePkce: true,
    },
    {
      id: 'sample-service',
      name: 'Sample service',
      purpose: 'a program that acts for itself (client credentials)',
      secret: 'sample-service-secret',
      tokenEndpointAuthMethod: 'client_secret_basic',
      applicationType: 'web',
      grantTypes: ['client_credentials'],
      redirectUris: [],
      scopes,
      requirePkce: true,
    },
    {
      id: 'sample-service-jwt',
      name: 'Sample service with a key',
      purpose: 'the same, signing instead of sending a secret (private_key_jwt)',
      jwks: { keys: [publicPart(sampleServiceKey)] },
      tokenEndpointAuthMethod: 'private_key_jwt',
      applicationType: 'web',
      grantTypes: ['client_credentials'],
      redirectUris: [],
      scopes,
      requirePkce: true,
    },
    {
      id: 'resource-server',
      name: 'Notes API',
      purpose: 'the resource server itself',
      secret: 'resource-server-secret',
      tokenEndpointAuthMethod: 'client_secret_basic',
      applicationType: 'web',
      grantTypes: [],
      redirectUris: [],
      scopes: [],
      requirePkce: true,
    },
    {
      id: 'legacy-web',
      name: 'Legacy web application',
      purpose: 'the plain code flow of RFC 6749, without PKCE',
      secret: 'legacy-web-secret',
      tokenEndpointAuthMethod: 'client_secret_post',
      applicationType: 'web',
      grantTypes: ['authorization_code', 'refresh_token'],
      redirectUris: [`${addresses.clientBaseUrl}/legacy/callback`],
      scopes,
      requirePkce: false,
    },
    {
      id: 'rolecall-admin',
      name: 'Rolecall administration',
      purpose: 'the administrator: what the command `npx rolecall` works as',
      secret: 'rolecall-admin-secret',
      tokenEndpointAuthMethod: 'client_secret_basic',
      applicationType: 'web',
      grantTypes: ['client_credentials'],
      redirectUris: [],
      scopes: Object.keys(adminScopes),
      requirePkce: true,
    },
  ];

  const resources: Resource[] = [
    {
      identifier: addresses.resource,
      name: 'Notes API',
      scopes: Object.entries(notesScopes).map(([name, description]) => ({ name, description })),
      accessTokenFormat: 'jwt',
      signingAlgorithm: 'ES256',
      isDefault: true,
      resourceServers: ['resource-server'],
    },
  ];

  return { users, clients, resources };
}

function publicPart({ d: _private, ...key }: typeof sampleServiceKey): Record<string, unknown> {
  return key;
}
