import type { Sample } from './measure.ts';
import type { OperationName } from './operations.ts';
import type { RoundTripsPerRequest } from './round-trips.ts';

/** What is known of one server at one operation: medians over the rounds. */
export interface ServerResult {
  requestsPerSecond: number;
  cpuPerRequest: number;
  p99: number;
  roundTrips: RoundTripsPerRequest;
  /** Of the load, at its highest. */
  loadUtilisation: number;
}

export interface OperationResult {
  operation: OperationName;
  ours: ServerResult;
  /** Absent where the peer does not offer it. */
  peer?: ServerResult;
  /** What a plain server does that leaves out all that can be left out. Absent as the peer. */
  bare?: ServerResult;
  /** Requests per second, ours to the peer's. */
  ratio?: number;
  /** The same of the bare server to the peer. */
  bareRatio?: number;
  /** The same of the processor time that a request takes, the peer's to ours: does not depend on what else the machine does. */
  cpuRatio?: number;
  /** At which both p99 were measured. */
  offeredRate: number;
  bar?: number;
  /** Every bar of this operation that was missed, in words. */
  missed: string[];
}

/** What our server has to reach: requests per second as a multiple of the peer's. */
const RATIO_BARS: Partial<Record<OperationName, number>> = {
  client_credentials: 2,
  client_credentials_rs256: 1.1,
  introspection: 1.8,
  authorize: 3.5,
  code_exchange: 2,
  refresh: 1.3,
};

/** Logins with a password, per second and core. */
const LOGIN_BAR = 90;

export function summarize(samples: readonly Sample[], p99s: readonly number[], roundTrips: RoundTripsPerRequest): ServerResult {
  return {
    requestsPerSecond: median(samples.map((sample) => sample.requestsPerSecond)),
    cpuPerRequest: median(samples.map((sample) => sample.cpuPerRequest)),
    p99: median(p99s),
    roundTrips,
    loadUtilisation: Math.max(...samples.map((sample) => sample.loadUtilisation)),
  };
}

export function judge(
  operation: OperationName,
  offeredRate: number,
  { ours, peer, bare }: { ours: ServerResult; peer: ServerResult | undefined; bare: ServerResult | undefined },
): OperationResult {
  const missed: string[] = [];
  const result: OperationResult = { operation, ours, offeredRate, missed };
  if (operation === 'login') {
    result.bar = LOGIN_BAR;
    if (ours.requestsPerSecond < LOGIN_BAR) missed.push(`fewer than ${LOGIN_BAR} a second`);
  }
  if (peer === undefined) return result;
  const ratio = ours.requestsPerSecond / peer.requestsPerSecond;
  const bar = RATIO_BARS[operation];
  if (bar !== undefined && ratio < bar) missed.push(`the ratio is below ${bar}`);
  if (ours.p99 > peer.p99) missed.push('p99 is above that of the peer');
  const atMost = bare && { bare, bareRatio: bare.requestsPerSecond / peer.requestsPerSecond };
  return { ...result, peer, ...atMost, ratio, cpuRatio: peer.cpuPerRequest / ours.cpuPerRequest, ...(bar !== undefined && { bar }) };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
