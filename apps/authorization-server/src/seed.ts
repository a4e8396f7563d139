import { randomUUID } from 'node:crypto';
import { hashPassword, normalizeUsername, verifyPassword } from './login/passwords.ts';
import { tokenHash } from './random.ts';
import { developmentSeeds, type SeedAddresses } from './seeds.ts';
import type { Stores } from './stores/types.ts';

/** Puts the development seeds into the stores. May run any number of times: what is there stays, a client's settings follow the seeds. */
export async function seed(stores: Stores, addresses: SeedAddresses): Promise<void> {
  const { users, clients, resources } = developmentSeeds(addresses);
  for (const resource of resources) await stores.resources.save(resource);
  for (const { secret, purpose, ...client } of clients)
    await stores.clients.save({
      ...client,
      verified: true,
      refreshTokenRotation: 'always',
      information: {},
      disabled: false,
      secrets: secret === undefined ? [] : [{ hash: tokenHash(secret) }],
    });
  for (const { username, password, name } of users) {
    if ((await stores.users.findByUsername(normalizeUsername(username))) !== undefined) continue;
    const passwordHash = await hashPassword(password);
    await stores.users.addIfAbsent({ id: `usr_${randomUUID()}`, username: normalizeUsername(username), passwordHash, name });
  }
}

/** What a production database holds of the seeds, in words: everybody knows these secrets. */
export async function seededSecrets(stores: Stores): Promise<string[]> {
  const { users, clients } = developmentSeeds();
  const found: string[] = [];
  for (const { id, secret } of clients) {
    const client = await stores.clients.find(id);
    if (client === undefined || client.disabled) continue;
    if (secret === undefined) found.push(`DATABASE_URL: the database has the development client "${id}"`);
    else if (client.secrets.some(({ hash }) => hash === tokenHash(secret)))
      found.push(`DATABASE_URL: the database has the development client "${id}" with its well-known secret`);
  }
  for (const { username, password } of users) {
    const user = await stores.users.findByUsername(username);
    if (user !== undefined && !user.disabled && (await verifyPassword(user.passwordHash, password)))
      found.push(`DATABASE_URL: the database has the development user "${username}" with the well-known password`);
  }
  return found;
}
