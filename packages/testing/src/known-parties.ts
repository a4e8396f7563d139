import { createHash, randomUUID } from 'node:crypto';
import { hashPassword } from '@rolecall/authorization-server/passwords';
import { developmentSeeds, sampleServiceKey } from '@rolecall/authorization-server/seeds';
import { EcosystemError } from './ecosystem-error.ts';
import type { ClientToAdd, CompleteAdditions, ResourceToAdd, UserToAdd } from './options.ts';
import type { Credentials } from './person.ts';

/** How a client proves who it is, and where its answers go. */
export interface KnownClient {
  id: string;
  secret?: string | undefined;
  /** A private JWK, where it signs instead. */
  key?: Record<string, unknown>;
  method: NonNullable<ClientToAdd['token_endpoint_auth_method']>;
  redirectUris: readonly string[];
}

/** The users and clients whose secrets the kit knows: those of the development seeds, and those that were added. */
export interface KnownParties {
  /** @throws EcosystemError (`unknown_user`) with those that there are. */
  user(username: string): Credentials;
  /** @throws EcosystemError (`unknown_client`) with those that there are. */
  client(id: string): KnownClient;
  /**
   * Makes users, clients and resources known to the authorization server, by its administration: what it would not take from an administrator it
   * does not take here.
   *
   * @throws EcosystemError (`addition_refused`) with what the server says about each.
   */
  add(additions: CompleteAdditions): Promise<void>;
}

const ADMINISTRATOR = 'rolecall-admin';

export function knownParties(issuer: string, addresses: { clientBaseUrl: string; resource: string }): KnownParties {
  const seeds = developmentSeeds(addresses);
  const users = new Map<string, Credentials>(seeds.users.map(({ username, password }) => [username, { username, password }]));
  const clients = new Map<string, KnownClient>(
    seeds.clients.map(({ id, secret, redirectUris, tokenEndpointAuthMethod: method }) => [
      id,
      { id, secret, redirectUris, method, ...(id === 'sample-service-jwt' && { key: sampleServiceKey }) },
    ]),
  );

  const find = <Party>(parties: Map<string, Party>, id: string, what: 'user' | 'client'): Party => {
    const party = parties.get(id);
    if (party !== undefined) return party;
    throw new EcosystemError(
      `unknown_${what}`,
      `there is no ${what} "${id}"; there are ${[...parties.keys()].join(', ')}, and more can be added: startEcosystem({ ${what}s: [{ … }] }) or ecosystem.add({ ${what}s: [{ … }] })`,
    );
  };

  return {
    user: (username) => find(users, username, 'user'),
    client: (id) => find(clients, id, 'client'),
    add: async (additions) => {
      const added = { users: additions.users, clients: additions.clients.map(completeClient), resources: additions.resources };
      if (added.users.length + added.clients.length + added.resources.length === 0) return;
      const { secret = '' } = find(clients, ADMINISTRATOR, 'client');
      await importConfiguration(issuer, secret, {
        version: 1,
        users: await Promise.all(added.users.map(userDocument)),
        clients: added.clients.map(clientDocument),
        resources: added.resources.map(resourceDocument),
      });
      for (const { username, password } of added.users) users.set(username, { username, password });
      for (const { client_id: id, client_secret, redirect_uris, token_endpoint_auth_method: method } of added.clients)
        clients.set(id, { id, method, redirectUris: redirect_uris, secret: client_secret });
    },
  };
}

async function importConfiguration(issuer: string, secret: string, document: object): Promise<void> {
  const token = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${ADMINISTRATOR}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: `${issuer}/admin` }),
  });
  if (!token.ok)
    throw new EcosystemError('addition_refused', `the administrator gets no token (is a fault active?): ${await token.text()}`);
  const { access_token } = (await token.json()) as { access_token: string };
  const answer = await fetch(`${issuer}/admin/configuration`, {
    method: 'POST',
    headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
    body: JSON.stringify(document),
  });
  if (answer.ok) return void (await answer.arrayBuffer());
  throw new EcosystemError('addition_refused', `the authorization server does not take this: ${await answer.text()}`);
}

async function userDocument({ username, password, name = username }: UserToAdd) {
  return { id: `usr_${randomUUID()}`, username, name, disabled: false, password_hash: await hashPassword(password) };
}

type CompleteClient = ClientToAdd & { redirect_uris: string[]; token_endpoint_auth_method: KnownClient['method'] };

function completeClient(client: ClientToAdd): CompleteClient {
  const { redirect_uris = [], token_endpoint_auth_method: method } = client;
  const usual = client.client_secret === undefined ? 'private_key_jwt' : 'client_secret_basic';
  return { ...client, redirect_uris, token_endpoint_auth_method: method ?? usual };
}

function clientDocument({ client_secret: secret, ...client }: CompleteClient) {
  return {
    client_name: client.client_id,
    application_type: 'web',
    grant_types: client.redirect_uris.length > 0 ? ['authorization_code', 'refresh_token'] : ['client_credentials'],
    scope: '',
    require_pkce: true,
    refresh_token_rotation: 'always',
    verified: true,
    disabled: false,
    ...client,
    secrets: secret === undefined ? [] : [{ hash: createHash('sha256').update(secret).digest('base64url') }],
  };
}

function resourceDocument({ scopes, name, ...resource }: ResourceToAdd) {
  const described = scopes.map((scope) => (typeof scope === 'string' ? { name: scope, description: scope } : scope));
  return { name: name ?? resource.identifier, ...resource, scopes: described };
}
