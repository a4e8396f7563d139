import type { PrismaClient } from '../../generated/prisma/client.ts';
import { Prisma } from '../../generated/prisma/client.ts';
import type { Client, Configuration, ConfigurationStore, Resource, User } from '../types.ts';
import { secretRows, toClient, toData } from './clients.ts';
import { endGrants } from './end-grants.ts';
import { resourceWrites, toResource, WITH_SCOPES } from './resources.ts';
import { toUser } from './users.ts';

type Transaction = Prisma.TransactionClient;

const TIMEOUT_MILLISECONDS = 12_000;

export function createConfigurationStore(prisma: PrismaClient): ConfigurationStore {
  return {
    read: ({ users }) =>
      prisma.$transaction(
        async (transaction) => ({
          resources: await readResources(transaction),
          clients: await readClients(transaction),
          ...(users && { users: (await transaction.user.findMany({ orderBy: { username: 'asc' } })).map(toUser) }),
        }),
        { isolationLevel: 'RepeatableRead', timeout: TIMEOUT_MILLISECONDS },
      ),
    change: (named, at, decide) =>
      prisma.$transaction(
        async (transaction) => {
          // Whoever else writes to these waits; reading goes on.
          await transaction.$executeRaw(Prisma.sql`LOCK TABLE resources, clients, users IN SHARE ROW EXCLUSIVE MODE`);
          const decided = decide(await readNamed(transaction, named));
          for (const { after } of decided?.resources ?? []) await writeResource(transaction, after);
          for (const { before, after } of decided?.clients ?? []) await writeClient(transaction, before, after, at);
          for (const { before, after } of decided?.users ?? []) await writeUser(transaction, before, after, at);
        },
        { timeout: TIMEOUT_MILLISECONDS, maxWait: TIMEOUT_MILLISECONDS },
      ),
  };
}

async function readResources(transaction: Transaction): Promise<Resource[]> {
  return (await transaction.resource.findMany({ ...WITH_SCOPES, orderBy: { identifier: 'asc' } })).map(toResource);
}

async function readClients(transaction: Transaction, ids?: string[]): Promise<Client[]> {
  const rows = await transaction.client.findMany({
    ...(ids !== undefined && { where: { id: { in: ids } } }),
    include: { secrets: { orderBy: { hash: 'asc' } } },
    orderBy: { id: 'asc' },
  });
  return rows.map(toClient);
}

async function readNamed(transaction: Transaction, named: Parameters<ConfigurationStore['change']>[0]): Promise<Required<Configuration>> {
  const ids = named.users.map(({ id }) => id);
  const usernames = named.users.map(({ username }) => username);
  const users = await transaction.user.findMany({ where: { OR: [{ id: { in: ids } }, { username: { in: usernames } }] } });
  return {
    resources: await readResources(transaction),
    clients: await readClients(
      transaction,
      named.clients.map(({ id }) => id),
    ),
    users: users.map(toUser),
  };
}

async function writeResource(transaction: Transaction, resource: Resource): Promise<void> {
  for (const write of resourceWrites(transaction, resource)) await write;
}

async function writeClient(transaction: Transaction, before: Client | undefined, client: Client, at: number): Promise<void> {
  const { id, secrets } = client;
  const turn = turned(before, client, at);
  const data = { ...toData(client), ...turn, ...('disabledAt' in turn && { removalBeganAt: null }) };
  await transaction.client.upsert({ where: { id }, create: { id, ...data }, update: data });
  await transaction.clientSecret.deleteMany({ where: { clientId: id } });
  await transaction.clientSecret.createMany({ data: secretRows(id, secrets) });
  if (!client.disabled && before?.disabled === true) for (const ending of endGrants(transaction, { clientId: id }, at)) await ending;
}

async function writeUser(transaction: Transaction, before: User | undefined, user: User, at: number): Promise<void> {
  const { id, username, name, passwordHash } = user;
  const data = { username, name, passwordHash, ...turned(before, user, at) };
  await transaction.user.upsert({ where: { id }, create: { id, ...data }, update: data });
  if (!user.disabled && before?.disabled === true) for (const ending of endGrants(transaction, { userId: id }, at)) await ending;
}

/** When it was disabled stays as it is, unless that changes. */
function turned(before: { disabled: boolean } | undefined, after: { disabled: boolean }, at: number) {
  if ((before?.disabled ?? false) === after.disabled) return {};
  return { disabledAt: after.disabled ? new Date(at) : null };
}
