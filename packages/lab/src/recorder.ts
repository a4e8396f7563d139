import type { Exchange } from './exchange.ts';

/** Keeps the last exchanges of one role. */
export interface Recorder {
  /** Adds an exchange, or reports one again that has more in it now. */
  report(exchange: Exchange): void;
  /** What was reported after this place in the order, oldest first. */
  after(sequence: number): { exchanges: Exchange[]; latest: number };
  /** Resolves when something is reported after this place, when that is so already, or when the signal says so. */
  waitFor(sequence: number, signal: AbortSignal): Promise<void>;
  /** Forgets all of them. The order goes on. */
  clear(): void;
}

/** More than one role can report. */
const PLACES_A_MILLISECOND = 100;

/** @param capacity how many exchanges are kept. */
export function createRecorder(capacity: number): Recorder {
  const kept = new Map<string, Exchange>();
  const waiting = new Set<() => void>();
  // A role that was started anew goes on behind where it was before, so that whoever follows it misses nothing and waits for nothing.
  const beginning = Math.floor(performance.timeOrigin + performance.now()) * PLACES_A_MILLISECOND;
  let latest = beginning;

  return {
    report: (exchange) => {
      exchange.sequence = latest += 1;
      // To the end of the order.
      kept.delete(exchange.id);
      kept.set(exchange.id, exchange);
      const oldest = kept.keys().next();
      if (kept.size > capacity && !oldest.done) kept.delete(oldest.value);
      for (const wake of waiting) wake();
      waiting.clear();
    },
    after: (sequence) => {
      const exchanges: Exchange[] = [];
      // From the newest backwards: whoever follows asks for the last few.
      for (const exchange of [...kept.values()].reverse()) {
        if (exchange.sequence <= sequence) break;
        exchanges.push(exchange);
      }
      return { exchanges: exchanges.reverse(), latest };
    },
    waitFor: async (sequence, signal) => {
      if (latest > Math.max(sequence, beginning) || signal.aborted) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.add(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
      await promise;
      waiting.delete(resolve);
    },
    clear: () => kept.clear(),
  };
}
