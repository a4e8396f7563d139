import type { Exchange, Role } from '@rolecall/lab/exchange';
import type { Lab } from '@rolecall/lab/lab';
import { createLabClient } from '@rolecall/lab/lab-client';
import { setTimeout as delay } from 'node:timers/promises';
import { type Arrow, arrowId, type Ends, joinEnds } from './arrow.ts';

/** What all roles exchange, as it happens. */
export interface Traffic {
  /** In the order in which they began. */
  arrows(trace?: string): Arrow[];
  find(id: string): Arrow | undefined;
  /** Calls back with every arrow that is new or has changed. Roles are asked only while somebody follows. @returns the end of it. */
  follow(onArrow: (arrow: Arrow) => void): () => void;
  /** Resolves when all that has been answered in a trace is here. */
  settled(trace: string): Promise<void>;
  clear(): void;
  close(): void;
}

/** Where exchanges come from: a role's lab. */
type Source = (after: number, options: { wait?: number; signal?: AbortSignal }) => Promise<{ exchanges: Exchange[]; latest: number }>;

const WAIT_SECONDS = 10;
/** How long a role that does not answer is left alone. */
const RETRY_MILLISECONDS = 1_000;
/** How long the last word of a trace may take to come. */
const SETTLE_MILLISECONDS = 2_000;
const MAXIMUM_ARROWS = 2_000;

/** @param peers where the labs of the other roles are. A role that has none is seen through the others' eyes. */
export function createTraffic(own: Lab, peers: Partial<Record<Role, string>>): Traffic {
  const ends = new Map<string, Ends>();
  const idOf = new Map<string, string>();
  const followers = new Set<(arrow: Arrow) => void>();
  const ownSource: Source = async (after, { wait = 0, signal }) => {
    if (wait > 0) await own.recorder.waitFor(after, AbortSignal.any([AbortSignal.timeout(wait * 1000), ...(signal ? [signal] : [])]));
    return own.recorder.after(after);
  };
  const sources = [ownSource, ...Object.values(peers).map((address): Source => createLabClient(address).exchanges)].map((read) => ({
    read,
    seen: 0,
  }));
  let following: AbortController | undefined;

  const forgetOldest = (): void => {
    const [oldest] = ends;
    if (ends.size <= MAXIMUM_ARROWS || oldest === undefined) return;
    const [id, { sent, received }] = oldest;
    ends.delete(id);
    for (const each of [sent, received]) if (each !== undefined) idOf.delete(each.id);
  };

  const take = (exchange: Exchange): void => {
    const side = exchange.direction;
    const id =
      idOf.get(exchange.id) ??
      arrowId(exchange, (parent) => {
        const other = ends.get(parent)?.[side];
        return other !== undefined && other.id !== exchange.id;
      });
    idOf.set(exchange.id, id);
    const both = { ...ends.get(id), [side]: exchange };
    ends.set(id, both);
    forgetOldest();
    const arrow = joinEnds(id, both);
    for (const tell of followers) tell(arrow);
  };

  const read = async (source: (typeof sources)[number], options: { wait?: number; signal?: AbortSignal } = {}): Promise<void> => {
    const after = source.seen;
    const { exchanges, latest } = await source.read(after, options);
    // Only where the machine's clock was set back before a role was started anew.
    if (latest < after) source.seen = 0;
    else {
      for (const exchange of exchanges) if (exchange.sequence > source.seen) take(structuredClone(exchange));
      source.seen = Math.max(source.seen, latest);
    }
  };

  const followSource = async (source: (typeof sources)[number], signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      try {
        await read(source, { wait: WAIT_SECONDS, signal });
      } catch {
        await delay(RETRY_MILLISECONDS, undefined, { signal }).catch(() => {});
      }
    }
  };

  const all = (trace?: string): Arrow[] =>
    [...ends]
      .map(([id, both]) => joinEnds(id, both))
      .filter((arrow) => trace === undefined || arrow.traceId === trace)
      .sort((a, b) => a.startedAt - b.startedAt);

  return {
    arrows: all,
    find: (id) => {
      const both = ends.get(id);
      return both && joinEnds(id, both);
    },
    follow: (onArrow) => {
      followers.add(onArrow);
      if (following === undefined) {
        following = new AbortController();
        for (const source of sources) void followSource(source, following.signal);
      }
      return () => {
        followers.delete(onArrow);
        if (followers.size > 0) return;
        following?.abort();
        following = undefined;
      };
    },
    settled: async (trace) => {
      const until = performance.now() + SETTLE_MILLISECONDS;
      const isOpen = (): boolean =>
        [...ends.values()]
          .flatMap(({ sent, received }) => [sent, received])
          .some((each) => each?.traceId === trace && each.milliseconds === undefined);
      do {
        await Promise.all(sources.map((source) => read(source).catch(() => {})));
        if (!isOpen()) return;
        await delay(20);
      } while (performance.now() < until);
    },
    clear: () => {
      ends.clear();
      idOf.clear();
    },
    close: () => {
      followers.clear();
      following?.abort();
    },
  };
}
