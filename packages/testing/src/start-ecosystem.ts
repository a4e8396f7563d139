import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { defaultSeedAddresses } from '@rolecall/authorization-server/seeds';
import type { Exchange, Lane } from '@rolecall/lab/exchange';
import { recordedFetch } from '@rolecall/lab/record-sent';
import { createRecorder } from '@rolecall/lab/recorder';
import { createEcosystemClock, type EcosystemClock } from './clock.ts';
import { EcosystemError } from './ecosystem-error.ts';
import { mergedExchanges } from './exchanges.ts';
import { roleFaults, type RoleFaults } from './faults.ts';
import { knownParties } from './known-parties.ts';
import { type Additions, type EcosystemOptions, readAdditions, readOptions, type RoleName } from './options.ts';
import { type Behaviour, openPersonBrowser, type PersonBrowser } from './person.ts';
import { defaultSnapshotFolder } from './snapshot-folder.ts';
import { type Addresses, portFor, type RunningRole, startRole } from './start-role.ts';
import { type TokenRequest, type Tokens, tokenSource } from './tokens.ts';

export { EcosystemError, type EcosystemErrorCode } from './ecosystem-error.ts';
export type { Exchange, Lane } from '@rolecall/lab/exchange';
export type { Page } from '@rolecall/bare-browser';
export type { ClientToAdd, ResourceToAdd, UserToAdd } from './options.ts';
export type { Additions, Behaviour, EcosystemClock, EcosystemOptions, PersonBrowser, RoleFaults, RoleName, TokenRequest, Tokens };

/** The faults of each role. A role that was not started has none: asking for it throws `role_not_started`. */
export interface EcosystemFaults {
  readonly authorizationServer: RoleFaults;
  readonly resourceServer: RoleFaults;
  readonly client: RoleFaults;
  /** Ends all faults of all roles. */
  clear(): Promise<void>;
}

/** The roles, running in this process, and the instruments to test with. */
export interface Ecosystem extends AsyncDisposable {
  /** The authorization server's issuer identifier, which is its address. */
  readonly issuer: string;
  /** The resource identifier of the notes API (or of your own): its address, and the audience of tokens for it. */
  readonly resource: string;
  /** The address of the sample client, or of your own. */
  readonly client: string;
  readonly clock: EcosystemClock;
  readonly faults: EcosystemFaults;

  /**
   * A new access token. With a username that user logs in and consents, in a browser of its own, and the client redeems the code; with `undefined` the
   * client gets one for itself (client credentials). All of it over HTTP, as an application would.
   *
   * @throws EcosystemError (`unknown_user`, `unknown_client`, `login_refused`, `access_denied`, `authorization_refused`, `token_refused`) with what to do.
   */
  tokenFor(username: string | undefined, request?: TokenRequest): Promise<string>;
  /** The same, with all that the token response holds: the refresh token, the scope, for how long. */
  tokensFor(username: string | undefined, request?: TokenRequest): Promise<Tokens>;
  /**
   * What a user does whom a client sends to the authorization server: goes there, logs in, decides.
   *
   * @param authorizationUrl as the client made it.
   * @returns the authorization response: the client's redirect URI, with `code`, `state` and `iss`, or with `error`. Nobody has gone there yet.
   * @throws EcosystemError (`authorization_refused`) where the server shows a page instead, since it cannot tell the client.
   */
  authorize(username: string, authorizationUrl: string, behaviour?: Behaviour): Promise<URL>;
  /** A browser with a person before it, who logs in and consents wherever the authorization server asks: for web applications that listen. */
  openBrowser(username: string, behaviour?: Behaviour): Promise<PersonBrowser>;

  /** Makes more users, clients and resources known: those whose addresses are not known before the ecosystem's. */
  add(additions: Additions): Promise<void>;

  /**
   * Every request that the roles have sent or received, in order, each once: the last thousand of each role.
   *
   * @param options.secrets true: with passwords, codes and tokens, which are blotted out otherwise.
   */
  exchanges(options?: { secrets?: boolean }): Exchange[];
  /** Begins a new record. */
  forgetExchanges(): void;
  /** `fetch` for your own client or API: what it sends to a role is in the record, under this name. */
  fetchAs(lane: Lane): typeof fetch;

  /** Ends all roles. What was in memory is gone. */
  close(): Promise<void>;
}

/** What the kit itself records of what is sent with `fetchAs`. */
const RECORDED = 1_000;

const ALL_ROLES: readonly RoleName[] = ['authorization-server', 'resource-server', 'client'];

/**
 * Starts the real roles in this process, on free ports of this machine, with the development seeds and stores in memory.
 * Any number of ecosystems can run at once; they share nothing.
 *
 * @throws EcosystemError: `invalid_options`, `port_taken`, `addition_refused`, or `cannot_start` with what prevents it.
 */
export async function startEcosystem(given: EcosystemOptions = {}): Promise<Ecosystem> {
  const options = readOptions(given);
  const replaced: Partial<Record<RoleName, string | undefined>> = {
    'resource-server': options.addresses.resource,
    client: options.addresses.client,
  };
  const roles = options.roles ?? ALL_ROLES.filter((role) => replaced[role] === undefined);
  const snapshotFolder = options.snapshotFolder ?? (await defaultSnapshotFolder());
  // Compiling the programs of three roles is a fifth of a first start. Not where Node measures coverage: its figures would be wrong.
  if (snapshotFolder !== undefined && process.env['NODE_V8_COVERAGE'] === undefined) enableCompileCache(join(snapshotFolder, 'modules'));

  const asked = {
    'authorization-server': options.ports.authorizationServer,
    'resource-server': options.ports.resourceServer,
    client: options.ports.client,
  };
  const ports = new Map(await Promise.all(roles.map(async (role) => [role, await portFor(asked[role])] as const)));
  const addressOf = (role: RoleName, otherwise: string): string => {
    const port = ports.get(role)?.port;
    return port === undefined ? (replaced[role] ?? otherwise) : `http://localhost:${port}`;
  };
  const addresses: Addresses = {
    issuer: addressOf('authorization-server', ''),
    resource: addressOf('resource-server', defaultSeedAddresses.resource),
    client: addressOf('client', defaultSeedAddresses.clientBaseUrl),
  };

  const running = new Map<RoleName, RunningRole>();
  const close = async (): Promise<void> => {
    const failures: unknown[] = [];
    // The client first: what it still does needs the others.
    for (const role of ALL_ROLES.toReversed()) {
      const closing = running.get(role);
      running.delete(role);
      await closing?.close().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  };
  const outcomes = await Promise.allSettled(
    [...ports].map(async ([role, port]) => void running.set(role, await startRole(role, addresses, port, options, snapshotFolder))),
  );
  const parties = knownParties(addresses.issuer, { clientBaseUrl: addresses.client, resource: addresses.resource });
  try {
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    await parties.add(options);
  } catch (error) {
    await close();
    throw error;
  }
  return assemble(addresses, running, parties, close);
}

function assemble(
  { issuer, resource, client }: Addresses,
  running: ReadonlyMap<RoleName, RunningRole>,
  parties: ReturnType<typeof knownParties>,
  close: () => Promise<void>,
): Ecosystem {
  const labs = [...running.values()].map(({ lab }) => lab);
  const clock = createEcosystemClock(labs.map((lab) => lab.clock));
  const recorder = createRecorder(RECORDED);
  const recorders = [recorder, ...labs.map((lab) => lab.recorder)];
  const lanes = new Map<string, Lane>([
    [new URL(client).origin, 'client'],
    [new URL(resource).origin, 'resource-server'],
    [new URL(issuer).origin, 'authorization-server'],
  ]);
  const fetchAs = (from: Lane): typeof fetch => recordedFetch({ from, recorder, laneOf: (origin) => lanes.get(origin) });
  const tokensFor = tokenSource({ issuer, resource, parties, offset: () => clock.offset, fetch: fetchAs('client') });

  const faultsOf = (role: RoleName): RoleFaults => {
    const lab = running.get(role)?.lab;
    if (lab !== undefined) return roleFaults(role.replace('-', ' '), lab.faults);
    throw new EcosystemError('role_not_started', `the ${role} does not run here: startEcosystem({ roles }) says which do`);
  };

  return {
    issuer,
    resource,
    client,
    clock,
    faults: {
      get authorizationServer() {
        return faultsOf('authorization-server');
      },
      get resourceServer() {
        return faultsOf('resource-server');
      },
      get client() {
        return faultsOf('client');
      },
      clear: async () => labs.forEach((lab) => lab.faults.clear()),
    },
    tokenFor: async (username, request) => (await tokensFor(username, request)).access_token,
    tokensFor,
    authorize: async (username, authorizationUrl, behaviour) =>
      (await openPersonBrowser(issuer, parties.user(username), behaviour)).authorize(authorizationUrl),
    openBrowser: async (username, behaviour) => openPersonBrowser(issuer, parties.user(username), behaviour),
    add: async (additions) => parties.add(readAdditions(additions)),
    exchanges: (options) => mergedExchanges(recorders, options),
    forgetExchanges: () => recorders.forEach((each) => each.clear()),
    fetchAs,
    close,
    [Symbol.asyncDispose]: close,
  };
}
