import type { LogLine } from '@rolecall/lab/exchange';
import type { Arrow } from '../arrow.ts';
import { rfc, type Rule } from './requests.ts';
import type { TokenView } from './tokens.ts';

/** Why an exchange did not end well, from what is there to see. */
export interface Refusal {
  /** In a sentence. */
  summary: string;
  /** The error code that went over the wire. */
  error?: string;
  rule?: Rule;
  /** What else speaks for it: the role's own log, the token's faults, what was put in. */
  evidence: string[];
}

const RULES: Record<string, Rule> = {
  invalid_request: rfc(6749, '5.2'),
  invalid_client: rfc(6749, '5.2'),
  invalid_grant: rfc(6749, '5.2'),
  unauthorized_client: rfc(6749, '5.2'),
  unsupported_grant_type: rfc(6749, '5.2'),
  invalid_scope: rfc(6749, '5.2'),
  access_denied: rfc(6749, '4.1.2.1'),
  server_error: rfc(6749, '4.1.2.1'),
  temporarily_unavailable: rfc(6749, '4.1.2.1'),
  invalid_target: rfc(8707, '2'),
  invalid_token: rfc(6750, '3.1'),
  insufficient_scope: rfc(6750, '3.1'),
  insufficient_user_authentication: rfc(9470, '3'),
  invalid_dpop_proof: rfc(9449, '7.1'),
  use_dpop_nonce: rfc(9449, '9'),
};

/** @returns undefined for what ended well. @param faultTitle what a fault that was put in is called. */
export function refusalOf(arrow: Arrow, tokens: readonly TokenView[], faultTitle: (name: string) => string): Refusal | undefined {
  const said = whatWasSaid(arrow);
  const lines = arrow.log.filter(tellsWhy).map(lineText);
  const status = arrow.response?.status;
  const broken = arrow.failure === undefined && isBrokenJson(arrow);
  // A token that was refused is looked at for its faults; one that was just issued, too: it will be.
  const flaws = tokens.flatMap(({ checks }) => checks).filter(({ good }) => !good);
  if (
    arrow.failure === undefined &&
    !broken &&
    said.error === undefined &&
    (status ?? 0) < 400 &&
    flaws.length === 0 &&
    arrow.fault === undefined &&
    !misses(arrow)
  )
    return undefined;
  const summary = arrow.failure
    ? `There was no answer: ${sentence(arrow.failure)}`
    : broken
      ? 'The answer is not JSON: it ends too early.'
      : said.error !== undefined
        ? `Refused: ${sentence(said.description ?? said.error)}`
        : (status ?? 0) >= 400
          ? `Answered with status ${status}.`
          : misses(arrow)
            ? 'The authorization response does not say who sends it: iss is missing.'
            : flaws.length > 0
              ? 'It was answered, but the token in it is not good.'
              : 'It was answered.';
  const rule = said.error === undefined ? (misses(arrow) ? rfc(9207, '2.4') : undefined) : RULES[said.error];
  return {
    summary,
    ...(said.error !== undefined && { error: said.error }),
    ...(rule && { rule }),
    evidence: [
      ...flaws.map(({ text }) => text),
      ...lines,
      ...(arrow.fault === undefined ? [] : [`A fault was put in here: ${faultTitle(arrow.fault)}.`]),
    ],
  };
}

/** An authorization response to a client of ours without its issuer (RFC 9207): this server announces that it names itself. */
function misses({ to, request }: Arrow): boolean {
  if (to !== 'client' || !new URL(request.url).pathname.endsWith('/callback')) return false;
  const parameters = new URL(request.url).searchParams;
  return parameters.has('code') && !parameters.has('iss');
}

function isBrokenJson({ response }: Arrow): boolean {
  const type = response?.headers.find(([name]) => name === 'content-type')?.[1] ?? '';
  if (!/\bjson\b/.test(type) || response?.body === undefined || response.body.endsWith('bytes)')) return false;
  try {
    JSON.parse(response.body);
    return false;
  } catch {
    return true;
  }
}

/** The error of a body, a challenge, or an authorization response. */
function whatWasSaid({ response }: Arrow): { error?: string; description?: string } {
  if (response === undefined) return {};
  const header = (wanted: string): string => response.headers.find(([name]) => name === wanted)?.[1] ?? '';
  const challenge = header('www-authenticate');
  const fromChallenge = /error="([^"]+)"/.exec(challenge)?.[1];
  const location = header('location');
  const query = location.includes('?') ? new URLSearchParams(location.slice(location.indexOf('?') + 1)) : new URLSearchParams();
  let body: { error?: unknown; error_description?: unknown } = {};
  try {
    body = response.status < 400 ? {} : { ...(JSON.parse(response.body ?? '{}') as object) };
  } catch {
    // A page.
  }
  const error = typeof body.error === 'string' ? body.error : (fromChallenge ?? query.get('error') ?? undefined);
  const description =
    typeof body.error_description === 'string'
      ? body.error_description
      : (/error_description="([^"]+)"/.exec(challenge)?.[1] ?? query.get('error_description') ?? undefined);
  return { ...(error !== undefined && { error }), ...(description !== undefined && { description }) };
}

/** Warnings and errors, and what says for what reason. */
function tellsWhy({ level, details }: LogLine): boolean {
  return level >= 40 || 'cause' in details || 'reason' in details || 'err' in details;
}

function lineText({ message, details }: LogLine): string {
  const error = details['err'] as { message?: string } | undefined;
  const why = details['cause'] ?? details['reason'] ?? error?.message;
  return why === undefined ? `It logged: ${message}` : `It logged: ${message} (${typeof why === 'string' ? why : JSON.stringify(why)})`;
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}
