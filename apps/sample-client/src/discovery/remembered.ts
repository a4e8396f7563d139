import type { Clock } from '@rolecall/storage/clock';

/**
 * A loader that keeps what it loaded for a while. Callers at the same time share one request; a failure is not kept.
 *
 * @param lifetimeSeconds how long an answer is used before it is loaded again.
 */
export function remembered<T>(load: () => Promise<T>, lifetimeSeconds: number, clock: Clock): () => Promise<T> {
  let kept: { value: Promise<T>; since: number } | undefined;
  return () => {
    // One from the future is not used either: a clock that was set back prolongs nothing.
    const age = kept === undefined ? -1 : clock.now() - kept.since;
    if (kept !== undefined && age >= 0 && age < lifetimeSeconds * 1000) return kept.value;
    const entry = { value: load(), since: clock.now() };
    kept = entry;
    entry.value.catch(() => {
      if (kept === entry) kept = undefined;
    });
    return entry.value;
  };
}
