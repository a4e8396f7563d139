import { fileURLToPath } from 'node:url';
import type { RoundTrips } from '@rolecall/test-services/count-round-trips';
import type { Target } from './stage.ts';

/** For Node, so that a process counts what it sends to its stores. */
export const COUNTING = ['--import', fileURLToPath(new URL('./count.ts', import.meta.url))];

/** What every instance of ours does on its own, whatever is asked of it: following changes, and writing audit events down in batches. */
const BACKGROUND = /pg_snapshot_xmin|INSERT INTO audit_events/;

/** Statements and commands for each request. */
export interface RoundTripsPerRequest {
  sql: number;
  redis: number;
}

/** Counts what a server sends to its stores while `work` makes so many requests. */
export async function roundTripsOf(target: Target, requests: number, work: () => Promise<void>): Promise<RoundTripsPerRequest> {
  await target.ask('so far');
  await work();
  const { sql, redis } = (await target.ask('since')) as RoundTrips;
  return { sql: sql.filter((text) => !BACKGROUND.test(text)).length / requests, redis: redis.length / requests };
}
