import type { Profile } from '@rolecall/contracts/requirements/requirement';
import { challengeParameter, challengesOf } from '../challenge.ts';
import { failed, Finding, notApplicable, notTried } from '../finding.ts';
import type { Answer, Http } from '../http.ts';
import { judge, matches, outcomesOf } from '../judge.ts';
import { until } from '../until.ts';
import { type TakenApart, takeApart } from './jwt.ts';
import type { ResourceMetadata } from './metadata.ts';
import type { PlayedIssuer } from './played-issuer/played-issuer.ts';
import { type ProofChanges, type ProofKey, proofOf } from '../proof.ts';
import type { Operation, ResourceServerTarget } from './target.ts';
import type { Token, TokenSource } from './tokens/tokens.ts';

type Scheme = 'Bearer' | 'DPoP';

/** A request, and how it presents a token. */
export interface Call {
  /** The target's, unless it is said. */
  operation?: Operation;
  token?: Token;
  /** How the scheme is written. What fits the token, unless it is said. */
  scheme?: string;
  /** How the proof differs from a right one; `none`: there is none. Right where the scheme needs one, unless it is said. */
  proof?: ProofChanges | 'none';
  /** By another key than the token's. */
  proofKey?: ProofKey;
  /** Beside those of the operation, or instead of the credentials that would be made. */
  headers?: Record<string, string | string[]>;
}

/** Something that has to be refused. */
export interface Attempt {
  /** In a few words, as the beginning of a sentence: "a token for another resource". */
  what: string;
  call: Call;
}

/** A resource server, and what a check does with it. */
export interface ResourceServer {
  target: ResourceServerTarget;
  resource: string;
  operation: Operation;
  http: Http;
  tokens: TokenSource;
  profiles: readonly Profile[];
  /** What it says of itself, if it does. */
  metadata: ResourceMetadata | undefined;
  /** Milliseconds. */
  patience: number;

  /** Sends a request. Where the server wants a nonce in the proof and the check says nothing of it, it is sent again with one. */
  call(call: Call): Promise<Answer>;
  /** A proof of the token's key, for whoever sends it in an unusual way. */
  proof(token: Token, changes?: ProofChanges): Promise<string>;
  /** A request with a token that must be let in. @throws Finding (`not tried`) where it is not: then no refusal proves anything. */
  works(call?: Call): Promise<Answer>;
  /**
   * First shows that a right token works, then that each attempt is refused as the requirement says.
   *
   * @throws Finding (`failed`) naming the attempt that was not.
   */
  refuses(id: string, attempts: readonly Attempt[], baseline?: Call): Promise<void>;
  /** A right token, taken apart. @throws Finding (`not applicable`) where its tokens are opaque. */
  rightJwt(): Promise<{ token: Token; jwt: TakenApart }>;
  /** The issuer, where the verifier plays it. @throws Finding (`not tried`) where it does not. */
  played(what: string): PlayedIssuer;
  /** What the metadata says. @throws Finding (`not applicable`) where there is none. */
  announced(): ResourceMetadata;
  /** A key of a kind that it takes. @throws Finding (`not applicable`) where it takes no bound tokens. */
  proofKey(): Promise<ProofKey>;
}

interface Parts {
  target: ResourceServerTarget;
  http: Http;
  tokens: TokenSource;
  metadata: ResourceMetadata | undefined;
  /** Makes a key to which a token can be bound. */
  newKey(): Promise<ProofKey>;
}

/** Most libraries ask for keys again after half a minute at the earliest. */
const PATIENCE_MILLISECONDS = 35_000;
/** How long one that is not available may take to be so again. */
const RECOVERY_MILLISECONDS = 10_000;

export function createResourceServer({ target, http, tokens, metadata, newKey }: Parts): ResourceServer {
  const { resource, profiles = [], patience = PATIENCE_MILLISECONDS } = target;
  const operation = target.operation ?? { url: resource };
  let nonce: string | undefined;

  const send = async (call: Call): Promise<Answer> => {
    const { operation: { method, url, headers, json, body } = operation, token, proof, proofKey } = call;
    const used = method ?? 'GET';
    const scheme = call.scheme ?? (token?.key ? 'DPoP' : 'Bearer');
    const key = proofKey ?? token?.key;
    const proven = token && key && proof !== 'none' && (proof !== undefined || scheme.toLowerCase() === 'dpop');
    const answer = await http.ask({
      ...{ method: used, url, json },
      ...(body !== undefined && { body }),
      headers: {
        ...headers,
        ...(token && { authorization: `${scheme} ${token.text}` }),
        ...(proven && { dpop: await proofOf(key, { method: used, url, token: token.text, nonce }, proof) }),
        ...call.headers,
      },
    });
    nonce = answer.headers.get('dpop-nonce') ?? nonce;
    return answer;
  };

  const server: ResourceServer = {
    ...{ target, resource, operation, http, tokens, profiles, metadata, patience },
    call: async (call) => {
      const answer = await send(call);
      const saysNonce = call.proof === 'none' || (call.proof?.claims !== undefined && 'nonce' in call.proof.claims);
      return challengeParameter(answer, 'error', 'DPoP') === 'use_dpop_nonce' && !saysNonce ? send(call) : answer;
    },
    proof: async ({ text, key }, changes) => {
      if (key === undefined) throw new Error('the token is bound to no key');
      return proofOf(key, { method: operation.method ?? 'GET', url: operation.url, token: text, nonce }, changes);
    },
    works: async (call) => {
      const ask = async () => server.call(call ?? { token: await tokens.right() });
      let answer = await ask();
      // Not now, it says: an issuer that has failed it is left alone for a while.
      if (answer.status === 503)
        answer = (await until(async () => ((answer = await ask()).status === 503 ? undefined : answer), RECOVERY_MILLISECONDS)) ?? answer;
      if (isOpen(answer)) return answer;
      return notTried(
        `a right token does not open ${answer.to}, which answered ${answer.status}: refusals would prove nothing (see RS-TOK-01)`,
      );
    },
    refuses: async (id, attempts, baseline) => {
      await server.works(baseline);
      for (const { what, call } of attempts) mustRefuse(await server.call(call), id, what, schemeOf(call));
    },
    rightJwt: async () => {
      const token = await tokens.right();
      const jwt = takeApart(token.text);
      return jwt === undefined ? notApplicable('its access tokens are opaque') : { token, jwt };
    },
    played: (what) => tokens.played ?? notTried(`it takes ${what}, which can only be had where the verifier plays the issuer (playIssuer)`),
    announced: () => metadata ?? notApplicable('it has no metadata (RFC 9728)'),
    proofKey: newKey,
  };
  return server;
}

export const isOpen = ({ status }: Answer): boolean => status >= 200 && status < 300;

/** @throws Finding (`failed`) unless the answer is a refusal, and the one that the requirement asks for. */
export function mustRefuse(answer: Answer, id: string, what: string, scheme: Scheme = 'Bearer'): void {
  if (isOpen(answer)) failed(`${what} opened ${answer.to} (${answer.status})`);
  if (answer.status >= 500) failed(`${what} was answered with ${answer.status}, as if it were the server's own fault`);
  if (isAboutTokens(id) && saysNoError(answer, id)) return;
  // With which of the challenges an error comes is RS-DPOP-09's.
  if (scheme === 'DPoP' && outcomesOf(id).some((outcome) => matches(answer, outcome))) return;
  about(what, () => judge(answer, id, { scheme }));
}

/** Requirements of which tokens are good. How their refusal is written is another's: RS-TOK-05, RS-TOK-06 and RS-TOK-08. */
const isAboutTokens = (id: string): boolean => /^RS-(?:JWT|INT|DPOP|RAR)-/.test(id);

/** A refusal with the right status that gives no reason, as it may (RFC 6750 §3: SHOULD). */
function saysNoError(answer: Answer, id: string): boolean {
  const reasons = (challengesOf(answer) ?? []).flatMap(({ parameters }) => parameters.filter(([name]) => name === 'error'));
  return reasons.length === 0 && outcomesOf(id).some((outcome) => outcome.where === 'challenge' && outcome.status === answer.status);
}

/** Says what a finding is about. */
export function about(what: string, judged: () => void): void {
  try {
    judged();
  } catch (error) {
    if (error instanceof Finding) throw new Finding(error.verdict, `${what}: ${error.message}`);
    throw error;
  }
}

const schemeOf = ({ scheme, token }: Call): Scheme =>
  (scheme ?? (token?.key ? 'DPoP' : 'Bearer')).toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer';

/** A token's text, with everything else about it. */
export const withText = (token: Token, text: string): Token => ({ ...token, text });
