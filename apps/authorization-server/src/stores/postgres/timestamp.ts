/** Milliseconds since the epoch, or infinity, as Postgres reads it. Written here: the driver would go by the machine's time zone, and take its time. */
export function timestamp(milliseconds: number): string {
  return milliseconds === Number.POSITIVE_INFINITY ? 'infinity' : new Date(milliseconds).toISOString();
}
