import { randomBytes } from 'node:crypto';
import { findServices } from '@rolecall/test-services/find-services';
import { isolateServices } from '@rolecall/test-services/isolated-services';
import { type Meter, openMeter, type Sample } from './measure.ts';
import type { OperationName } from './operations.ts';
import type { BenchOptions } from './options.ts';
import { seedOurs } from './ours/seed.ts';
import { startOurs } from './ours/start.ts';
import { startOther } from './start-other.ts';
import { pinLoad } from './processes.ts';
import { judge, median, type OperationResult, summarize } from './results.ts';
import { COUNTING, type RoundTripsPerRequest, roundTripsOf } from './round-trips.ts';
import { say } from './say.ts';
import { createStage, type Target } from './stage.ts';
import { table } from './table.ts';

// Compares our authorization server with oidc-provider, on this machine, in one run; and both with one that does only what cannot be left out.
/** What the others do not offer: oidc-provider introspects no JWTs, and leaves passwords to whoever embeds it. */
const OURS_ALONE: ReadonlySet<OperationName> = new Set(['introspection_jwt', 'login']);
const COUNTED_REQUESTS = 100;
const LATENCY_ROUNDS = 3;
/** The part of what the peer can do at which latencies are compared. */
const OFFERED = 0.5;

/** @returns the results, and as a table with what has to be known to read it. */
export async function compareAuthorizationServers(options: BenchOptions): Promise<{ results: OperationResult[]; text: string }> {
  const stage = createStage();
  const services = await findServices(process.env, { durable: true });
  if (services.source === 'none') throw new Error(services.message);
  const isolate = () => isolateServices(services.databaseUrl, services.redisUrl);
  const [own, peers, bare] = [await isolate(), await isolate(), await isolate()];
  const running = new Set<Target>();
  try {
    pinLoad();
    await seedOurs(own.databaseUrl, stage);
    const stores = { ...own, keyEncryptionKey: randomBytes(32).toString('base64url') };
    const start = async (nodeOptions: string[] = []): Promise<Meter[]> => {
      const targets = [
        await startOurs(stores, stage, nodeOptions),
        await startOther('peer', peers.redisUrl, nodeOptions),
        await startOther('bare', bare.redisUrl, nodeOptions),
      ];
      targets.forEach((target) => running.add(target));
      return targets.map((target) => openMeter(target, stage));
    };
    const end = async (meters: readonly Meter[]): Promise<void> => {
      for (const meter of meters) {
        await meter.close();
        running.delete(meter.target);
        await meter.target.stop();
      }
    };

    say('Counting round trips');
    const counting = await start(COUNTING);
    const roundTrips = await countAll(counting, options);
    await end(counting);
    const meters = await start();
    const results = await compare(meters, options, roundTrips);
    await end(meters);
    return { results, text: table(results) };
  } finally {
    await Promise.all([...running].map((target) => target.stop()));
    for (const each of [own, peers, bare]) await each.drop();
    await services.stop();
  }
}

type Counts = Map<string, RoundTripsPerRequest>;

async function countAll(meters: Meter[], { operations }: BenchOptions): Promise<Counts> {
  const counts: Counts = new Map();
  for (const meter of meters)
    for (const name of operations) {
      if (isAbsent(meter, name)) continue;
      // Once unmeasured: what is prepared for it, and what a first time costs, is not part of it.
      await meter.run(name, COUNTED_REQUESTS);
      await meter.prepare(name, COUNTED_REQUESTS);
      counts.set(keyOf(meter, name), await roundTripsOf(meter.target, COUNTED_REQUESTS, () => meter.run(name, COUNTED_REQUESTS)));
    }
  return counts;
}

async function compare(meters: Meter[], { operations, rounds, seconds }: BenchOptions, counts: Counts): Promise<OperationResult[]> {
  const samples = new Map<string, Sample[]>();
  const p99s = new Map<string, number[]>();
  say('Warming up');
  for (const name of operations) for (const meter of present(meters, name)) await meter.warmUp(name);
  for (let round = 1; round <= rounds; round++) {
    say(`Round ${round} of ${rounds}`);
    for (const name of operations)
      for (const meter of present(meters, name)) append(samples, keyOf(meter, name), await meter.throughput(name, seconds));
    // Whoever was first is last: neither always follows the other.
    meters.reverse();
  }
  const results: OperationResult[] = [];
  for (const name of operations) {
    say(`Latency of ${name}`);
    const slowest = Math.min(
      ...present(meters, name).map((meter) => median((samples.get(keyOf(meter, name)) ?? []).map((sample) => sample.requestsPerSecond))),
    );
    const rate = slowest * OFFERED;
    for (let round = 0; round < LATENCY_ROUNDS; round++)
      for (const meter of present(meters, name)) append(p99s, keyOf(meter, name), await meter.p99(name, rate, seconds));
    const [ours, peer, bare] = (['ours', 'peer', 'bare'] as const).map((server) => {
      const key = `${server} ${name}`;
      const [measured, counted] = [samples.get(key), counts.get(key)];
      return measured && counted && summarize(measured, p99s.get(key) ?? [], counted);
    });
    if (ours !== undefined) results.push(judge(name, rate, { ours, peer, bare }));
  }
  return results;
}

function present(meters: readonly Meter[], name: OperationName): Meter[] {
  return meters.filter((meter) => !isAbsent(meter, name));
}

function isAbsent({ target }: Meter, name: OperationName): boolean {
  return target.name !== 'ours' && OURS_ALONE.has(name);
}

function keyOf({ target }: Meter, name: OperationName): string {
  return `${target.name} ${name}`;
}

function append<T>(lists: Map<string, T[]>, key: string, value: T): void {
  lists.set(key, [...(lists.get(key) ?? []), value]);
}
