import type { Clock } from '@rolecall/storage/clock';

/**
 * A loader that keeps what it loaded for a while. Callers at the same time share one request; a failure is not kept.
 *
 * @param lifetimeSeconds how long an answer is used before it is loaded again.
 */
export function remembered<T>(load: () => Promise<T>, lifetimeSeconds: number, clock: Clock): () => Promise<T> {
  let kept: { value: Promise<T>; until: number } | undefined;
  return () => {
    if (kept !== undefined && kept.until > clock.now()) return kept.value;
    const entry = { value: load(), until: clock.now() + lifetimeSeconds * 1000 };
    kept = entry;
    entry.value.catch(() => {
      if (kept === entry) kept = undefined;
    });
    return entry.value;
  };
}
