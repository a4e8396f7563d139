/**
 * How long tests wait, in milliseconds, in every project's Vitest configuration. Processes of their own that start a database, and pages in a browser,
 * take many times what they need alone where other tests have the processor: what comes late is no mistake. What never comes is told all the same.
 */
export const patience = { testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 20_000 } } } as const;
