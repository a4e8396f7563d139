import { requirements } from '@rolecall/contracts/requirements/catalogue';
import type { Outcome } from '@rolecall/contracts/requirements/outcome';
import { failed } from './finding.ts';
import type { Answer } from './http.ts';

const byId = new Map(requirements.map((each) => [each.id, each]));

/** Which of a requirement's outcomes are meant. */
export interface Case {
  /** Those that the catalogue gives for this case: a part of its words. Without it all count. */
  when?: string;
  /** The scheme that was used, where the catalogue's outcome speaks of `Bearer`. */
  scheme?: 'Bearer' | 'DPoP';
}

/**
 * Compares an answer with what the catalogue expects or accepts for a requirement.
 *
 * @throws Finding (`failed`) saying what was expected and what came.
 */
export function judge(answer: Answer, id: string, { when, scheme = 'Bearer' }: Case = {}): void {
  const possible = outcomesOf(id)
    .filter((outcome) => when === undefined || (outcome.when?.includes(when) ?? false))
    .map((outcome) => (outcome.where === 'challenge' && outcome.scheme === 'Bearer' ? { ...outcome, scheme } : outcome));
  if (possible.length === 0) throw new Error(`${id} has no outcome for the case "${when}"`);
  if (!possible.some((outcome) => matches(answer, outcome)))
    failed(
      `${answer.to} should have answered ${[...new Set(possible.filter(isAnswer).map(described))].join(' or ')}; it answered ${seen(answer)}`,
    );
}

/** What the catalogue expects or accepts for a requirement. */
export function outcomesOf(id: string): readonly Outcome[] {
  const requirement = byId.get(id);
  if (requirement === undefined) throw new Error(`there is no requirement ${id}`);
  return [...requirement.expected, ...requirement.accepted];
}

const isAnswer = ({ where }: Outcome): boolean => !['document', 'token', 'request', 'none'].includes(where);

/** Whether an answer is this outcome. Documents, tokens and requests to come are no answers and never match. */
export function matches(answer: Answer, outcome: Outcome): boolean {
  switch (outcome.where) {
    case 'json':
      return answer.status === outcome.status && isJson(answer) && (outcome.error === undefined || errorOf(answer) === outcome.error);
    case 'redirect':
      return (
        isRedirect(answer) &&
        (outcome.error === undefined
          ? responseParameter(answer, 'code') !== undefined
          : responseParameter(answer, 'error') === outcome.error)
      );
    case 'page':
      // Which error status a page has is nowhere said.
      return answer.location === undefined && (answer.status === outcome.status || (outcome.status >= 400 && isClientError(answer.status)));
    case 'challenge':
      return answer.status === outcome.status && hasChallenge(answer, outcome.scheme, outcome.error);
    case 'answer':
      return answer.status === outcome.status;
    case 'document':
    case 'token':
    case 'request':
    case 'none':
      return false;
  }
}

/** A parameter of an authorization response, in the query or in the fragment. */
export function responseParameter(answer: { location: URL | undefined }, name: string): string | undefined {
  if (answer.location === undefined) return undefined;
  const { searchParams, hash } = answer.location;
  return searchParams.get(name) ?? new URLSearchParams(hash.slice(1)).get(name) ?? undefined;
}

/** RFC 6749 §1.7 leaves open how the browser is redirected. What must not follow a form with a password is AS-GEN-09’s. */
function isRedirect({ status, location }: Answer): boolean {
  return [301, 302, 303, 307, 308].includes(status) && location !== undefined;
}

const isClientError = (status: number): boolean => status >= 400 && status < 500;
const isJson = ({ headers }: Answer): boolean => /^application\/(?:[\w.-]+\+)?json\b/i.test(headers.get('content-type') ?? '');

/** The error code of a JSON answer. */
export function errorOf(answer: Answer): string | undefined {
  if (!isJson(answer)) return undefined;
  const { error } = answer.json();
  return typeof error === 'string' ? error : undefined;
}

/** RFC 9110 §11.6.1: a server may send several challenges, in one header or in more. */
function hasChallenge(answer: Answer, scheme: string, error: string | undefined): boolean {
  const challenge = challengeOf(answer.headers.get('www-authenticate') ?? '', scheme);
  if (challenge === undefined) return false;
  // Basic has no parameter for it (RFC 7617 §2): the code is in the body (RFC 6749 §5.2).
  if (scheme === 'Basic') return errorOf(answer) === error;
  return /\berror="?([^",\s]*)/.exec(challenge)?.[1] === error;
}

/** The part of `WWW-Authenticate` that begins with a scheme, up to the next one. */
export function challengeOf(header: string, scheme: string): string | undefined {
  const starts = [...header.matchAll(/(?:^|,\s*)([A-Za-z][\w-]*)(?=\s+[\w-]+=|\s*(?:,\s*[A-Za-z][\w-]*\s|$))/g)];
  const index = starts.findIndex((start) => start[1]?.toLowerCase() === scheme.toLowerCase());
  return index === -1 ? undefined : header.slice(starts[index]?.index, starts[index + 1]?.index);
}

/** An outcome in words. */
export function described(outcome: Outcome): string {
  switch (outcome.where) {
    case 'json':
      return `${outcome.status}${outcome.error === undefined ? ' with JSON' : ` ${outcome.error}`}`;
    case 'redirect':
      return outcome.error === undefined ? 'a redirect with a code' : `a redirect with ${outcome.error}`;
    case 'page':
      return `a page (${outcome.status}) and no redirect`;
    case 'challenge':
      return `${outcome.status} with a ${outcome.scheme} challenge${outcome.error === undefined ? ' without error' : ` of ${outcome.error}`}`;
    case 'answer':
      return String(outcome.status);
    case 'document':
    case 'token':
    case 'request':
    case 'none':
      return `something in a ${outcome.where}`;
  }
}

/** An answer in a few words: nothing of its body but an error code. */
export function seen(answer: Answer): string {
  const error = responseParameter(answer, 'error') ?? errorOf(answer);
  const challenge = answer.headers.get('www-authenticate');
  return [
    answer.status,
    error,
    answer.location && `to ${answer.location.origin}${answer.location.pathname}`,
    challenge !== null && `with the challenge ${challenge}`,
    answer.status >= 200 && answer.status < 300 && isJson(answer) && 'with JSON',
    // Else one would wonder what is wrong with a status that is right.
    answer.status >= 400 && error === undefined && (isJson(answer) ? 'with JSON, without error' : 'without JSON'),
  ]
    .filter(Boolean)
    .join(' ');
}
