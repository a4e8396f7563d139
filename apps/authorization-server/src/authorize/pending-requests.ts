import type { Clock } from '@rolecall/storage/clock';
import type { ShortLivedStore } from '@rolecall/storage/short-lived-store';
import { PageError } from '../page-error.ts';
import { randomToken } from '../random.ts';
import type { AuthorizationRequest, Target } from './authorization-request.ts';

/** An authorization request while a person logs in and decides. */
export interface PendingRequest {
  request: AuthorizationRequest;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** The browser that it was made in: in no other one can it go on. */
  browser: string;
  decision?: Decision;
}

export interface Decision {
  userId: string;
  /** What the user agrees to, of what was asked for. Nothing: the user refuses. */
  agreed: Target[];
}

export interface PendingRequests {
  add(pending: PendingRequest): Promise<string>;
  /** @throws PageError when there is none, it is over, or it was made in another browser. */
  get(id: string, browser: string | undefined): Promise<PendingRequest>;
  /** @throws PageError when it was answered meanwhile. */
  decide(id: string, pending: PendingRequest, decision: Decision): Promise<void>;
  /** Ends it. True for exactly one caller: a request is answered once. */
  finish(id: string): Promise<boolean>;
}

/** @param lifetimeSeconds how long a person may take. */
export function createPendingRequests(store: ShortLivedStore, clock: Clock, lifetimeSeconds: number): PendingRequests {
  const keyOf = (id: string) => `authorization-request:${id}`;
  return {
    add: async (pending) => {
      const id = randomToken('');
      await store.set(keyOf(id), pending, lifetimeSeconds);
      return id;
    },
    get: async (id, browser) => {
      const pending = /^[A-Za-z0-9_-]{43}$/.test(id) ? await store.get<PendingRequest>(keyOf(id)) : undefined;
      if (pending === undefined || pending.browser !== browser) throw over();
      return pending;
    },
    decide: async (id, pending, decision) => {
      const remaining = lifetimeSeconds - Math.floor((clock.now() - pending.createdAt) / 1000);
      if (remaining <= 0 || !(await store.replace(keyOf(id), { ...pending, decision }, remaining))) throw over();
    },
    finish: async (id) => (await store.take(keyOf(id))) !== undefined,
  };
}

function over(): PageError {
  return new PageError(
    'There is nothing to decide here',
    'This request has already been answered, has expired, or was made in another browser. Go back to the application and start again.',
  );
}
