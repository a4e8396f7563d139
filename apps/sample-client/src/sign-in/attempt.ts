import { hash } from 'node:crypto';
import * as oauth from 'oauth4webapi';
import type { DpopKey } from '../dpop/proofs.ts';
import type { Tries } from '../notes/recovery.ts';

/** What a challenge asks of the authentication itself (RFC 9470 §4). */
export interface AuthenticationDemand {
  acrValues?: string;
  /** Seconds. */
  maxAge?: string;
}

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
  /** What a challenge asks of the authentication. */
  demand?: AuthenticationDemand;
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

/** What an attempt is called in addresses of this client, where its state does not belong. */
export function markOf(attempt: Attempt): string {
  return hash('sha256', attempt.state, 'base64url');
}

/** The attempt with this mark, if there is one and it is not too old. It stays. */
export function attemptWithMark(attempts: readonly Attempt[], mark: string | undefined, now: number): Attempt | undefined {
  return attempts.find((attempt) => markOf(attempt) === mark && isFresh(attempt, now));
}

const isFresh = ({ startedAt }: Attempt, now: number): boolean => now - startedAt < ATTEMPT_LIFETIME_SECONDS * 1000;

/** Takes the attempt with this state out. It is undefined when there is none or it is too old; the others stay. */
export function takeAttempt(attempts: readonly Attempt[], state: string, now: number): { attempt: Attempt | undefined; others: Attempt[] } {
  const found = attempts.find((attempt) => attempt.state === state);
  const fresh = found !== undefined && isFresh(found, now);
  return { attempt: fresh ? found : undefined, others: attempts.filter((attempt) => attempt !== found) };
}
