import { isLoopback } from '@rolecall/service-kit/config';
import * as z from 'zod';
import { type Exchange, exchangesAnswer } from './exchange.ts';
import { LAB_PATH } from './routes.ts';

const faultsAnswer = z.object({
  catalogue: z.array(z.object({ name: z.string(), title: z.string(), description: z.string(), path: z.string().optional() })),
  active: z.array(z.object({ name: z.string(), remaining: z.int(), path: z.string().optional() })),
});
const clockAnswer = z.object({ offset_seconds: z.number(), now: z.string() });

/** A role's lab, from outside. Every call throws when the lab does not answer, or refuses. */
export interface LabClient {
  /** What was exchanged after a place in the order, secrets included, waiting some seconds for it. */
  exchanges(after: number, options?: { wait?: number; signal?: AbortSignal }): Promise<{ exchanges: Exchange[]; latest: number }>;
  forgetExchanges(): Promise<void>;
  clock(): Promise<{ offset_seconds: number; now: string }>;
  /** @param offsetSeconds how far ahead of the machine's clock. */
  setClock(offsetSeconds: number): Promise<void>;
  faults(): Promise<z.infer<typeof faultsAnswer>>;
  activateFault(name: string, options?: { count?: number; path?: string }): Promise<void>;
  deactivateFault(name: string): Promise<void>;
  clearFaults(): Promise<void>;
}

/** @param address any address of the role: its origin counts. */
export function createLabClient(address: string): LabClient {
  const base = new URL(address).origin + LAB_PATH;
  // A role of somebody else, elsewhere, has no lab, and is not asked for one.
  const near = isLoopback(base);
  const call = async (path: string, method = 'GET', body?: object, signal?: AbortSignal): Promise<unknown> => {
    if (!near) throw new Error(`${base} is not on this machine`);
    const response = await fetch(base + path, {
      method,
      redirect: 'error',
      signal: AbortSignal.any([AbortSignal.timeout(15_000), ...(signal ? [signal] : [])]),
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`the lab at ${base} answered with status ${response.status}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  return {
    exchanges: async (after, { wait = 0, signal } = {}) =>
      exchangesAnswer.parse(await call(`/exchanges?after=${after}&wait=${wait}&secrets=true`, 'GET', undefined, signal)),
    forgetExchanges: async () => void (await call('/exchanges', 'DELETE')),
    clock: async () => clockAnswer.parse(await call('/clock')),
    setClock: async (offset_seconds) => void (await call('/clock', 'PUT', { offset_seconds })),
    faults: async () => faultsAnswer.parse(await call('/faults')),
    activateFault: async (name, options = {}) => void (await call(`/faults/${encodeURIComponent(name)}`, 'PUT', options)),
    deactivateFault: async (name) => void (await call(`/faults/${encodeURIComponent(name)}`, 'DELETE')),
    clearFaults: async () => void (await call('/faults', 'DELETE')),
  };
}
