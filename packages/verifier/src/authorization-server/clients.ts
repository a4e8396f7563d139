import { exportJWK, generateKeyPair } from 'jose';
import { notTried } from '../finding.ts';
import type { Http } from '../http.ts';
import { type AuthorizationServerTarget, type ClientRole, clientRoles, type KnownClient } from './target.ts';

/** At a name that nobody can have (RFC 2606 §3): no browser ever gets there. */
export const DEFAULT_REDIRECT_URI = 'https://verifier.example/callback';

export interface Clients {
  /** The client for a part in the checks: given, or registered the first time it is needed. @throws Finding (`not tried`) where it cannot be had. */
  get(role: ClientRole): Promise<KnownClient>;
}

interface ClientsOptions {
  http: Http;
  target: AuthorizationServerTarget;
  registrationEndpoint: string | undefined;
  scope: string | undefined;
}

export function createClients(options: ClientsOptions): Clients {
  const known = new Map<ClientRole, Promise<KnownClient>>();
  return {
    get: (role) => {
      const client = known.get(role) ?? find(role, options);
      known.set(role, client);
      return client;
    },
  };
}

async function find(role: ClientRole, { http, target, registrationEndpoint, scope }: ClientsOptions): Promise<KnownClient> {
  const given = target.clients?.[role];
  if (given !== undefined) return given;
  // Whom a token is issued to may ask about it at most servers.
  if (role === 'resourceServer' && target.clients?.web !== undefined) return target.clients.web;
  if (role === 'resourceServer') return find('web', { http, target, registrationEndpoint, scope });
  if (registrationEndpoint === undefined)
    notTried(`it takes ${clientRoles[role]}: the server registers none by itself, and the file of clients has no "${role}"`);
  const { metadata, key } = await metadataFor(role, target.redirectUri ?? DEFAULT_REDIRECT_URI, scope);
  const answer = await http.ask({
    url: registrationEndpoint,
    json: metadata,
    headers: target.initialAccessToken === undefined ? {} : { authorization: `Bearer ${target.initialAccessToken}` },
  });
  if (answer.status !== 201) notTried(`it takes ${clientRoles[role]}: registration answered ${answer.status} ${answer.body.slice(0, 200)}`);
  const registered = answer.json();
  return {
    client_id: String(registered['client_id']),
    ...(typeof registered['client_secret'] === 'string' && { client_secret: registered['client_secret'] }),
    token_endpoint_auth_method: metadata.token_endpoint_auth_method,
    redirect_uris: metadata.redirect_uris ?? [],
    ...(key && { key }),
  };
}

interface ClientMetadata {
  client_name: string;
  token_endpoint_auth_method: KnownClient['token_endpoint_auth_method'];
  grant_types: string[];
  response_types: string[];
  redirect_uris?: string[];
  scope?: string;
  jwks?: { keys: object[] };
}

async function metadataFor(
  role: Exclude<ClientRole, 'resourceServer'>,
  redirectUri: string,
  scope: string | undefined,
): Promise<{ metadata: ClientMetadata; key?: Record<string, unknown> }> {
  const own = { client_name: `Rolecall verifier (${role})`, ...(scope !== undefined && { scope }) };
  const withUser = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], redirect_uris: [redirectUri] };
  const alone = { grant_types: ['client_credentials'], response_types: [] };
  switch (role) {
    case 'web':
    case 'other':
      return { metadata: { ...own, ...withUser, token_endpoint_auth_method: 'client_secret_basic' } };
    case 'public':
      return { metadata: { ...own, ...withUser, token_endpoint_auth_method: 'none' } };
    case 'service':
      return { metadata: { ...own, ...alone, token_endpoint_auth_method: 'client_secret_basic' } };
    case 'signing': {
      const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
      const common = { alg: 'ES256', use: 'sig', kid: 'verifier-1' };
      const keys = [{ ...(await exportJWK(publicKey)), ...common }];
      return {
        metadata: { ...own, ...alone, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys } },
        key: { ...(await exportJWK(privateKey)), ...common },
      };
    }
  }
}
