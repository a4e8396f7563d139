import { setTimeout as after } from 'node:timers/promises';

/**
 * Tries something again and again, for what takes effect later.
 *
 * @param milliseconds after which it is not tried again.
 * @returns what came of it first, or undefined.
 */
export async function until<Found>(
  attempt: () => Promise<Found | undefined>,
  milliseconds: number,
  every = 500,
): Promise<Found | undefined> {
  const end = performance.now() + milliseconds;
  for (;;) {
    const found = await attempt();
    if (found !== undefined || performance.now() + every > end) return found;
    await after(every);
  }
}
