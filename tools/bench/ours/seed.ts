import { hashPassword } from '@rolecall/authorization-server/passwords';
import { openStores } from '@rolecall/authorization-server/open-stores';
import { tokenHash } from '@rolecall/authorization-server/random';
import { REDIRECT_URI, resources, SCOPE, type Stage, type StageClient } from '../stage.ts';

/** Every user's. */
export const PASSWORD = 'a-password-of-the-bench';

const SCHEMA = 'authorization_server';

/** Makes the tables, and puts the stage into the durable store: clients, users, resources, and what the users have agreed to. */
export async function seedOurs(databaseUrl: string, stage: Stage): Promise<void> {
  const stores = await openStores({ kind: 'postgres', url: databaseUrl, schema: SCHEMA }, 'apply');
  try {
    const scopes = SCOPE.split(' ');
    for (const [name, identifier] of Object.entries(resources))
      await stores.resources.save({
        identifier,
        name,
        scopes: scopes.map((scope) => ({ name: scope, description: scope })),
        accessTokenFormat: identifier === resources.opaque ? 'opaque' : 'jwt',
        signingAlgorithm: identifier === resources.rs256 ? 'RS256' : 'ES256',
        isDefault: identifier === resources.es256,
        resourceServers: stage.resourceServers.map(({ id }) => id),
      });
    const passwordHash = await hashPassword(PASSWORD);
    for (const id of stage.users) await stores.users.addIfAbsent({ id, username: id, passwordHash, name: id });
    const save = ({ id, secret }: StageClient, grantTypes: string[]) =>
      stores.clients.save({
        id,
        name: id,
        tokenEndpointAuthMethod: 'client_secret_basic',
        applicationType: 'web',
        grantTypes,
        redirectUris: grantTypes.includes('authorization_code') ? [REDIRECT_URI] : [],
        scopes,
        requirePkce: true,
        refreshTokenRotation: 'always',
        information: {},
        verified: true,
        disabled: false,
        secrets: [{ hash: tokenHash(secret) }],
      });
    for (const client of [...stage.serviceClients, ...stage.resourceServers]) await save(client, ['client_credentials']);
    for (const [index, client] of stage.webClients.entries()) {
      await save(client, ['authorization_code', 'refresh_token']);
      for (const resource of Object.values(resources))
        await stores.consents.decide(stage.users[index] as string, client.id, resource, { agreed: scopes, refused: [] });
    }
  } finally {
    await stores.close();
  }
}
