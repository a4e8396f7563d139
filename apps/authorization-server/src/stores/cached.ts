import { LRUCache } from 'lru-cache';
import type { Change, ChangeKind, Stores } from './types.ts';

/** Tells a cache whether it may be relied on. */
export interface Currency {
  isCurrent(): boolean;
  generation(): number;
}

const ENTRIES = 50_000;

/** One kind of thing by key. What is not there is not remembered: a client that is added is known at once. */
interface Cache<T> {
  get(key: string, load: () => Promise<T | undefined>): Promise<T | undefined>;
  forget(key: string): void;
  clear(): void;
}

/**
 * The same stores, but clients, users, resources and consents come from memory as long as it is certain, to within a second, that they have not changed since.
 * What this process changes it forgets at once; what others change it is told of by the change feed.
 *
 * @returns the stores, and what takes in changes, or that anything may have changed.
 */
export function cachedStores(
  stores: Stores,
  currency: Currency,
): { stores: Stores; forget: (changes: readonly Change[]) => void; forgetAll: () => void } {
  const clients = createCache<NonNullable<Awaited<ReturnType<Stores['clients']['find']>>>>(currency);
  const users = createCache<NonNullable<Awaited<ReturnType<Stores['users']['find']>>>>(currency);
  const resources = createCache<Awaited<ReturnType<Stores['resources']['list']>>>(currency);
  const consents = createCache<Awaited<ReturnType<Stores['consents']['find']>>>(currency);
  const caches: Partial<Record<ChangeKind, Pick<Cache<never>, 'forget' | 'clear'>>> = {
    client: clients,
    user: users,
    resource: resources,
    consent: consents,
  };

  /** What was read while the change was under way does not stay. */
  const changing = async <T>(forget: () => void, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } finally {
      forget();
    }
  };

  return {
    stores: {
      ...stores,
      clients: {
        ...stores.clients,
        find: (id, how) => (how === 'fresh' ? stores.clients.find(id) : clients.get(id, () => stores.clients.find(id))),
        save: (client) =>
          changing(
            () => clients.forget(client.id),
            () => stores.clients.save(client),
          ),
        change: (id, at, alter) =>
          changing(
            () => (clients.forget(id), consents.clear()),
            () => stores.clients.change(id, at, alter),
          ),
        setDisabled: (id, at) =>
          changing(
            () => (clients.forget(id), consents.clear()),
            () => stores.clients.setDisabled(id, at),
          ),
        beginRemoval: (id, at) =>
          changing(
            () => (clients.forget(id), consents.clear()),
            () => stores.clients.beginRemoval(id, at),
          ),
        remove: (id) =>
          changing(
            () => (clients.forget(id), consents.clear()),
            () => stores.clients.remove(id),
          ),
        replaceRegistered: (client) =>
          changing(
            () => clients.forget(client.id),
            () => stores.clients.replaceRegistered(client),
          ),
        removeUnused: (before, limit) => changing(clients.clear, () => stores.clients.removeUnused(before, limit)),
        addSecret: (id, secret) =>
          changing(
            () => clients.forget(id),
            () => stores.clients.addSecret(id, secret),
          ),
        removeSecret: (id, secretId) =>
          changing(
            () => clients.forget(id),
            () => stores.clients.removeSecret(id, secretId),
          ),
      },
      users: {
        ...stores.users,
        find: (id) => users.get(id, () => stores.users.find(id)),
        setPasswordHash: (id, ...hashes) =>
          changing(
            () => users.forget(id),
            () => stores.users.setPasswordHash(id, ...hashes),
          ),
        rename: (id, names) =>
          changing(
            () => users.forget(id),
            () => stores.users.rename(id, names),
          ),
        setDisabled: (id, at) =>
          changing(
            () => (users.forget(id), consents.clear()),
            () => stores.users.setDisabled(id, at),
          ),
        remove: (id) =>
          changing(
            () => (users.forget(id), consents.clear()),
            () => stores.users.remove(id),
          ),
      },
      resources: {
        ...stores.resources,
        list: async () => (await resources.get('', () => stores.resources.list())) ?? [],
        save: (resource) => changing(resources.clear, () => stores.resources.save(resource)),
        remove: (identifier) =>
          changing(
            () => (resources.clear(), consents.clear()),
            () => stores.resources.remove(identifier),
          ),
      },
      configuration: {
        ...stores.configuration,
        change: (...change) =>
          changing(
            () => [clients, users, resources, consents].forEach((cache) => cache.clear()),
            () => stores.configuration.change(...change),
          ),
      },
      consents: {
        ...stores.consents,
        find: async (user, client, suffices = () => true) => {
          const key = `${user} ${client}`;
          const load = () => stores.consents.find(user, client);
          const found = (await consents.get(key, load)) ?? new Map();
          if (suffices(found)) return found;
          consents.forget(key);
          return (await consents.get(key, load)) ?? new Map();
        },
        decide: (user, client, ...decision) =>
          changing(
            () => consents.forget(`${user} ${client}`),
            () => stores.consents.decide(user, client, ...decision),
          ),
        withdraw: (user, client, ...at) =>
          changing(
            () => consents.forget(`${user} ${client}`),
            () => stores.consents.withdraw(user, client, ...at),
          ),
        withdrawAll: (of) => changing(consents.clear, () => stores.consents.withdrawAll(of)),
      },
    },
    forgetAll: () => Object.values(caches).forEach((cache) => cache.clear()),
    forget: (changes) => {
      for (const { kind, key } of changes) {
        const cache = caches[kind];
        if (key === '') cache?.clear();
        else cache?.forget(key);
      }
    },
  };
}

function createCache<T extends object>(currency: Currency): Cache<T> {
  const entries = new LRUCache<string, T>({ max: ENTRIES });
  const loading = new Map<string, Promise<T | undefined>>();
  let forgotten = 0;

  const load = async (key: string, read: () => Promise<T | undefined>): Promise<T | undefined> => {
    const [generation, before] = [currency.generation(), forgotten];
    const value = await read();
    // It may have been overtaken while it was read: then it answers this one question, and is not kept.
    if (value !== undefined && currency.isCurrent() && generation === currency.generation() && before === forgotten)
      entries.set(key, value);
    return value;
  };

  return {
    get: async (key, read) => {
      if (!currency.isCurrent()) return read();
      const known = entries.get(key);
      if (known !== undefined) return known;
      // Whoever comes while it is read waits for the same answer.
      let pending = loading.get(key);
      if (pending === undefined) {
        pending = load(key, read).finally(() => loading.delete(key));
        loading.set(key, pending);
      }
      return pending;
    },
    forget: (key) => {
      forgotten += 1;
      entries.delete(key);
      loading.delete(key);
    },
    clear: () => {
      forgotten += 1;
      entries.clear();
      loading.clear();
    },
  };
}
