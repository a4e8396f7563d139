/** Where "now" comes from: milliseconds since the Unix epoch. Everything that expires asks a clock, so that tests can move it. */
export interface Clock {
  now(): number;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() };

/** The clock's time in whole seconds, as JWT claims and `expires_in` count (RFC 7519 §2, NumericDate). */
export function nowInSeconds(clock: Clock): number {
  return Math.floor(clock.now() / 1000);
}
