import type { Dispatcher, Pool } from 'undici';

export interface Answer {
  status: number;
  location: string | undefined;
  body: string;
}

/** One request of a load, and what its answer must be. */
export interface LoadRequest {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body?: string;
  /** @throws Error when it is not what it must be: the run fails. */
  accept(answer: Answer): void;
}

/** The next request; undefined when there is none left. */
export type NextRequest = () => LoadRequest | undefined;

/** What a load of as many requests as go through came to. */
export interface Throughput {
  requests: number;
  /** From the first request to the last answer. */
  seconds: number;
  /** The part of one core that making the load took. Near 1 it is the load that was measured. */
  loadUtilisation: number;
}

/**
 * Keeps `connections` connections busy, each with one request at a time, for so many seconds, for so many requests, or until there is no next one.
 *
 * @throws Error when an answer is not accepted.
 */
export async function saturate(
  pool: Pool,
  next: NextRequest,
  until: { connections: number; seconds?: number; requests?: number },
): Promise<Throughput> {
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const end = start + (until.seconds ?? Number.POSITIVE_INFINITY) * 1000;
  const maximum = until.requests ?? Number.POSITIVE_INFINITY;
  let begun = 0;
  const worker = async (): Promise<void> => {
    while (begun < maximum && performance.now() < end) {
      const request = next();
      if (request === undefined) return;
      begun++;
      request.accept(await send(pool, request));
    }
  };
  await Promise.all(Array.from({ length: until.connections }, worker));
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { requests: begun, seconds, loadUtilisation: (user + system) / 1e6 / seconds };
}

/**
 * Sends requests at a steady rate, whether or not earlier ones have been answered, as callers that know nothing of each other do.
 *
 * @returns milliseconds from when each request was due to its answer, in ascending order.
 * @throws Error when an answer is not accepted.
 */
export async function offer(pool: Pool, next: NextRequest, rate: number, seconds: number): Promise<number[]> {
  const total = Math.floor(rate * seconds);
  const latencies: number[] = [];
  const pending: Promise<void>[] = [];
  const start = performance.now();
  const sendDue = async (due: number, request: LoadRequest): Promise<void> => {
    request.accept(await send(pool, request));
    latencies.push(performance.now() - due);
  };
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - start) * rate) / 1000));
    for (; sent < due; sent++) {
      const request = next();
      if (request === undefined) throw new Error('too few requests were prepared');
      pending.push(sendDue(start + (sent * 1000) / rate, request));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(pending);
  return latencies.sort((a, b) => a - b);
}

/** The handler interface of undici: the shortest way from a request to its answer. */
function send(pool: Pool, { method, path, headers, body }: LoadRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const answer: Answer = { status: 0, location: undefined, body: '' };
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: () => {},
      onResponseStart: (_controller, status, received) => {
        answer.status = status;
        answer.location = received.location as string | undefined;
      },
      onResponseData: (_controller, chunk) => {
        answer.body += chunk.toString('latin1');
      },
      onResponseEnd: () => resolve(answer),
      onResponseError: (_controller, error) => reject(error),
    };
    pool.dispatch({ method, path, headers, body: body ?? null }, handler);
  });
}
