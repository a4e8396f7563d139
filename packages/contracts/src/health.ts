import * as z from 'zod';

/** The process answers. */
export const alive = z.object({ status: z.literal('ok') });

const state = z.enum(['ok', 'down']);

/** Whether what the process depends on answers too, and what of it does not. */
export const readiness = z.object({ status: state, checks: z.record(z.string(), state) });

export type Readiness = z.infer<typeof readiness>;
