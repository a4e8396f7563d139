import type { Level, Role } from '@rolecall/contracts/requirements/requirement';
import type { Exchange } from './exchange.ts';
import type { Verdict } from './finding.ts';

/** What one check has found. */
export interface Trial {
  title: string;
  verdict: Verdict;
  /** For every verdict but `passed`. */
  because?: string;
  milliseconds: number;
  /** What shows it, without secrets. Kept for what has failed. */
  exchanges: Exchange[];
}

/** What was found out about a requirement. */
export interface Result {
  id: string;
  group: string;
  level: Level;
  core: boolean;
  mustReject: boolean;
  requirement: string;
  sources: { label: string; url: string }[];
  /** The worst of its trials. */
  verdict: Verdict;
  because?: string;
  trials: Trial[];
}

/** What was found out about an implementation of a role. */
export interface Report {
  role: Role;
  /** What was verified: an issuer identifier, a resource identifier, a client's address. */
  subject: string;
  profiles: readonly string[];
  /** ISO 8601. */
  startedAt: string;
  milliseconds: number;
  results: Result[];
  /** What the run has made and could not take away again: ids of clients. */
  left?: string[];
}

/** Of how many requirements what was found out. */
export function countVerdicts(results: readonly Result[]): Record<Verdict, number> {
  const counts: Record<Verdict, number> = { passed: 0, failed: 0, 'not applicable': 0, 'not tried': 0 };
  for (const { verdict } of results) counts[verdict] += 1;
  return counts;
}

export interface Strictness {
  /** Whether what only SHOULD be, and what this project has decided where the standards leave room, counts too. */
  strict?: boolean | undefined;
}

/** Whether a result keeps an implementation from being conformant: a MUST that is not met, or an optional feature that is offered and does not work as it has to. */
export function isViolation({ verdict, level }: Pick<Result, 'verdict' | 'level'>, { strict = false }: Strictness = {}): boolean {
  return verdict === 'failed' && (strict || level === 'must' || level === 'optional');
}

/** Whether an implementation does what it must. */
export function isConformant({ results }: Pick<Report, 'results'>, strictness: Strictness = {}): boolean {
  return !results.some((result) => isViolation(result, strictness));
}
