import type { Clock } from '@rolecall/storage/clock';
import type { UserSessions } from '../sessions/user-sessions.ts';
import type { ClientStore, Consent, ConsentStore, Grant, GrantStore, Resource, ResourceStore } from '../stores/types.ts';
import { deviceInWords } from './device-in-words.ts';

/** Somewhere something was done: a browser, at an address. Times are milliseconds since the epoch. */
export interface Device {
  device: string;
  address: string;
  since: number;
  lastUsed: number;
}

/** A client, as the user sees it who has allowed it something. */
export interface AllowedClient {
  clientId: string;
  name: string;
  verified: boolean;
  since: number;
  /** Absent: it holds nothing that is in force. */
  lastUsed?: number;
  resources: AllowedResource[];
  devices: Device[];
}

/** What a client may do at a resource, in words: what the user has agreed to, and what an older grant still holds beyond it. */
export interface AllowedResource {
  identifier: string;
  name: string;
  allowed: string[];
  refused: string[];
}

export interface OpenSession extends Device {
  id: string;
  isThis: boolean;
}

export interface Overview {
  clients: AllowedClient[];
  sessions: OpenSession[];
}

/** Gathers what a user has allowed, and where the user is logged in. */
export async function overviewOf(
  userId: string,
  thisSession: string,
  options: {
    clients: ClientStore;
    resources: ResourceStore;
    consents: ConsentStore;
    grants: GrantStore;
    userSessions: UserSessions;
    clock: Clock;
  },
): Promise<Overview> {
  const [consents, grants, sessions, resources] = await Promise.all([
    options.consents.listOf(userId),
    options.grants.listInForce(userId, options.clock.now()),
    options.userSessions.listOf(userId),
    options.resources.list(),
  ]);
  const ids = [...new Set([...consents, ...grants].map(({ clientId }) => clientId))];
  const clients = await Promise.all(
    ids.map(async (clientId): Promise<AllowedClient> => {
      const client = await options.clients.find(clientId);
      const [agreements, inForce] = [consents, grants].map((all) => all.filter((each) => each.clientId === clientId)) as [
        Consent[],
        typeof grants,
      ];
      const lastUsed = inForce.map(({ lastUsedAt }) => lastUsedAt);
      return {
        clientId,
        name: client?.name ?? clientId,
        verified: client?.verified ?? false,
        since: Math.min(...[...agreements, ...inForce].map(({ createdAt }) => createdAt)),
        ...(lastUsed.length > 0 && { lastUsed: Math.max(...lastUsed) }),
        resources: allowedResources(agreements, inForce, resources),
        devices: devicesOf(inForce),
      };
    }),
  );
  return {
    clients: clients.toSorted((a, b) => (b.lastUsed ?? 0) - (a.lastUsed ?? 0) || a.name.localeCompare(b.name)),
    sessions: sessions.map(({ id, userAgent, address, createdAt, seenAt }) => ({
      id,
      device: deviceInWords(userAgent),
      address: address ?? '',
      since: createdAt,
      lastUsed: seenAt,
      isThis: id === thisSession,
    })),
  };
}

function allowedResources(agreements: readonly Consent[], inForce: readonly Grant[], resources: readonly Resource[]): AllowedResource[] {
  const granted = inForce.flatMap((grant) => grant.granted);
  const identifiers = new Set([...agreements, ...granted].map(({ resource }) => resource));
  return [...identifiers].map((identifier) => {
    const known = resources.find((resource) => resource.identifier === identifier);
    const agreement = agreements.find(({ resource }) => resource === identifier);
    const held = granted.filter(({ resource }) => resource === identifier).flatMap(({ scopes }) => scopes);
    const allowed = new Set([...(agreement?.agreed ?? []), ...held]);
    const inWords = (names: Iterable<string>) =>
      [...names].map((name) => known?.scopes.find((scope) => scope.name === name)?.description ?? name);
    return {
      identifier,
      name: known?.name ?? identifier,
      allowed: inWords(allowed),
      refused: inWords([...(agreement?.refused ?? [])].filter((name) => !allowed.has(name))),
    };
  });
}

/** One line for each browser and address, however often they were used. */
function devicesOf(grants: readonly (Grant & { lastUsedAt: number })[]): Device[] {
  const devices = new Map<string, Device>();
  for (const { userAgent, address = '', createdAt, lastUsedAt } of grants) {
    const device = deviceInWords(userAgent);
    const known = devices.get(`${device} ${address}`);
    devices.set(`${device} ${address}`, {
      device,
      address,
      since: Math.min(createdAt, known?.since ?? createdAt),
      lastUsed: Math.max(lastUsedAt, known?.lastUsed ?? lastUsedAt),
    });
  }
  return [...devices.values()].toSorted((a, b) => b.lastUsed - a.lastUsed);
}
