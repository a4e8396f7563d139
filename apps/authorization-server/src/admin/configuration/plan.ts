import { isDeepStrictEqual } from 'node:util';
import type { Client, Configuration, Resource, User } from '../../stores/types.ts';
import { conflict } from '../refusal.ts';

/** What a document describes. A user without a password keeps its own. */
export interface WantedConfiguration {
  resources: readonly Resource[];
  clients: readonly Client[];
  users: readonly (Omit<User, 'passwordHash'> & { passwordHash?: string })[];
}

/** One thing that is to be written, and what is there now. */
export interface Change<Thing> {
  before: Thing | undefined;
  after: Thing;
}

/** What an import changes. What is as the document has it is not in here. */
export interface Plan {
  resources: Change<Resource>[];
  clients: Change<Client>[];
  users: Change<User>[];
}

/**
 * Compares what is there with what a document wants. What the document does not name is left alone.
 *
 * @param unknownPassword the hash of a password that nobody knows, for new users without one.
 * @throws Refusal when a user of the document has the name of another.
 */
export function planImport(current: Required<Configuration>, wanted: WantedConfiguration, unknownPassword: string): Plan {
  const resources = byKey(current.resources, ({ identifier }) => identifier);
  const clients = byKey(current.clients, ({ id }) => id);
  const users = byKey(current.users, ({ id }) => id);
  const names = byKey(current.users, ({ username }) => username);
  for (const { id, username } of wanted.users) {
    const holder = names.get(username);
    if (holder !== undefined && holder.id !== id) throw conflict(`The username ${username} belongs to another user, ${holder.id}.`);
  }
  return {
    resources: changes(wanted.resources, (resource) => resources.get(resource.identifier), orderedResource),
    clients: changes(wanted.clients, (client) => clients.get(client.id), orderedClient),
    users: changes(
      wanted.users.map((user) => ({ ...user, passwordHash: user.passwordHash ?? users.get(user.id)?.passwordHash ?? unknownPassword })),
      (user) => users.get(user.id),
      (user) => user,
    ),
  };
}

function byKey<Thing>(things: readonly Thing[], keyOf: (thing: Thing) => string): Map<string, Thing> {
  return new Map(things.map((thing) => [keyOf(thing), thing]));
}

/** @param ordered the same thing, with what has no order in a fixed one. */
function changes<Thing>(
  wanted: readonly Thing[],
  find: (thing: Thing) => Thing | undefined,
  ordered: (thing: Thing) => Thing,
): Change<Thing>[] {
  return wanted
    .map((after) => ({ before: find(after), after }))
    .filter(({ before, after }) => before === undefined || !isDeepStrictEqual(ordered(before), ordered(after)));
}

const orderedResource = (resource: Resource): Resource => ({
  ...resource,
  scopes: resource.scopes.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
});

const orderedClient = (client: Client): Client => ({ ...client, secrets: client.secrets.toSorted((a, b) => (a.hash < b.hash ? -1 : 1)) });
