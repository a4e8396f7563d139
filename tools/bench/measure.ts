import { Pool } from 'undici';
import { offer, saturate } from './load.ts';
import { type Operation, type OperationName, operationsOn } from './operations.ts';
import { cpuSeconds } from './processes.ts';
import type { Stage, Target } from './stage.ts';

/** One operation on one server, once. */
export interface Sample {
  requestsPerSecond: number;
  /** Of the server's process, in microseconds; NaN where the machine does not tell. */
  cpuPerRequest: number;
  loadUtilisation: number;
}

/** Asks one server. */
export interface Meter {
  target: Target;
  /** Lets the server do it so often that its code is compiled. */
  warmUp(name: OperationName): Promise<void>;
  /** As many requests as go through. */
  throughput(name: OperationName, seconds: number): Promise<Sample>;
  /** The 99th percentile of the latency in milliseconds, at a steady rate of requests per second. */
  p99(name: OperationName, rate: number, seconds: number): Promise<number>;
  /** Gets ready for so many requests. */
  prepare(name: OperationName, requests: number): Promise<void>;
  /** Gets ready, and sends so many requests. */
  run(name: OperationName, requests: number): Promise<void>;
  close(): Promise<void>;
}

const CONNECTIONS = 32;
/** Passwords are hashed one after the other on one core: more at once would only wait. */
const LOGIN_CONNECTIONS = 8;

/** So many that all is compiled: on one core, the compiler takes its time from what is measured. */
const WARM_UP = { requests: 15_000, seconds: 8 };

export function openMeter(target: Target, stage: Stage): Meter {
  const pool = new Pool(target.origin, { connections: CONNECTIONS, pipelining: 1 });
  // Where latency is measured, the connections must not be what is waited for.
  const wide = new Pool(target.origin, { connections: CONNECTIONS * 8, pipelining: 1 });
  const connectionsFor = (name: OperationName) => (name === 'login' ? LOGIN_CONNECTIONS : CONNECTIONS);
  const expected = new Map<OperationName, number>();

  const run = async (name: OperationName, requests: number): Promise<void> => {
    await operations[name].prepare?.(requests);
    const { requests: sent } = await saturate(pool, operations[name].next, { connections: connectionsFor(name), requests });
    if (sent < requests) throw new Error(`${target.name}: only ${sent} of ${requests} requests of ${name} could be made`);
  };
  const operations: Record<OperationName, Operation> = operationsOn(target, stage, run);

  return {
    target,
    run,
    prepare: async (name, requests) => operations[name].prepare?.(requests),
    warmUp: async (name) => {
      await operations[name].prepare?.(name === 'login' ? LOGIN_CONNECTIONS : WARM_UP.requests);
      await saturate(pool, operations[name].next, { connections: connectionsFor(name), ...WARM_UP });
    },
    throughput: async (name, seconds) => {
      const expectedPerSecond = expected.get(name) ?? (name === 'login' ? 100 : 3_000);
      await operations[name].prepare?.(Math.ceil(expectedPerSecond * seconds * 1.3));
      const cpuBefore = cpuSeconds(target.pid);
      const made = await saturate(pool, operations[name].next, { connections: connectionsFor(name), seconds });
      const cpu = (cpuSeconds(target.pid) ?? Number.NaN) - (cpuBefore ?? Number.NaN);
      const requestsPerSecond = made.requests / made.seconds;
      expected.set(name, requestsPerSecond);
      return { requestsPerSecond, cpuPerRequest: (cpu / made.requests) * 1e6, loadUtilisation: made.loadUtilisation };
    },
    p99: async (name, rate, seconds) => {
      await operations[name].prepare?.(Math.ceil(rate * seconds) + 1);
      const latencies = await offer(wide, operations[name].next, rate, seconds);
      return latencies[Math.floor(latencies.length * 0.99)] as number;
    },
    close: async () => {
      await Promise.all([pool.close(), wide.close()]);
    },
  };
}
