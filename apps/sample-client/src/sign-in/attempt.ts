import * as oauth from 'oauth4webapi';
import type { DpopKey } from '../dpop/proofs.ts';
import type { Tries } from '../notes/recovery.ts';

/** One authorization request that this browser may answer: what has to be the same when it comes back. */
export interface Attempt {
  /** Single use, known to this browser session only (RFC 6749 §10.12). */
  state: string;
  codeVerifier: string;
  /** Where the request went: the answer has to come from there (RFC 9207 §2.4). */
  issuer: string;
  /** As whom it was asked: the code is for that client alone. */
  clientId: string;
  resource: string;
  scope?: string;
  /** To which the tokens will be bound. */
  dpopKey?: DpopKey;
  /** What becomes the session's `tries` when the attempt succeeds. */
  tries: Tries;
  /** Milliseconds since the epoch. */
  startedAt: number;
}

/** How long a user may take at the authorization server, in seconds. */
export const ATTEMPT_LIFETIME_SECONDS = 600;

/** Tabs opened side by side each have an attempt; who opens more loses the oldest. */
const MAXIMUM_ATTEMPTS = 5;

/** A fresh attempt: its state and verifier are 256 random bits each and never used again. */
export function createAttempt(facts: Omit<Attempt, 'state' | 'codeVerifier'>): Attempt {
  return { ...facts, state: oauth.generateRandomState(), codeVerifier: oauth.generateRandomCodeVerifier() };
}

/** The attempts to keep after a new one. */
export function withAttempt(attempts: readonly Attempt[], attempt: Attempt): Attempt[] {
  return [...attempts, attempt].slice(-MAXIMUM_ATTEMPTS);
}

/** Takes the attempt with this state out. It is undefined when there is none or it is too old; the others stay. */
export function takeAttempt(attempts: readonly Attempt[], state: string, now: number): { attempt: Attempt | undefined; others: Attempt[] } {
  const found = attempts.find((attempt) => attempt.state === state);
  const fresh = found !== undefined && now - found.startedAt < ATTEMPT_LIFETIME_SECONDS * 1000;
  return { attempt: fresh ? found : undefined, others: attempts.filter((attempt) => attempt !== found) };
}
