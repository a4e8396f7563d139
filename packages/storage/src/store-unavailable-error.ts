/** A store cannot be reached, or does not answer: worth another try later, unlike any other failure. The cause is for the log. */
export class StoreUnavailableError extends Error {
  readonly statusCode = 503;
}

/**
 * The same store, but what its methods fail with is a {@link StoreUnavailableError}, whichever adapter it is: what they are asked has been validated,
 * so a failure is the store's state (down, restarting, read-only) and not the request's fault. A query that Prisma itself refuses is our mistake, and stays what it is.
 *
 * @param name what the store is called in the log.
 */
export function withKnownFailures<Store extends object>(store: Store, name: string): Store {
  const methods = store as Record<string, (...parameters: unknown[]) => Promise<unknown>>;
  const guarded = Object.keys(methods).map((method) => [
    method,
    async (...parameters: unknown[]) => {
      try {
        return await methods[method]?.(...parameters);
      } catch (cause) {
        if (cause instanceof Error && cause.name === 'PrismaClientValidationError') throw cause;
        // A refusal of the caller's own, out of a function that it gave to the store.
        if (cause instanceof Error && 'statusCode' in cause) throw cause;
        throw new StoreUnavailableError(`${name} cannot be used`, { cause });
      }
    },
  ]);
  return Object.fromEntries(guarded) as Store;
}
