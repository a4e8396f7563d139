import { hash } from 'node:crypto';
import { headerFields } from '@rolecall/contracts/bearer/credentials';
import { BearerError } from '@rolecall/contracts/bearer/error';
import { DPOP_PROOF_TYPE, dpopProofClaims, MAXIMUM_PROOF_LENGTH, proofAlgorithms } from '@rolecall/contracts/dpop-proof';
import type { Clock } from '@rolecall/storage/clock';
import { calculateJwkThumbprint, EmbeddedJWK, type JWK, jwtVerify } from 'jose';
import { parseOnce } from '../token/duplicate-members.ts';
import { COMPACT_JWS } from '../token/jwt.ts';
import { UnavailableError } from '../unavailable-error.ts';
import { createNonces, type Nonces } from './nonces.ts';
import { createMemoryReplays, type ReplayStore } from './replays.ts';
import { createIsTarget, type ProvenRequest } from './target.ts';

/** How proofs of a key are checked (RFC 9449). */
export interface DpopOptions {
  /** Accept no tokens but those that are bound to a key. */
  required?: boolean;
  /** Demand a nonce of this server's in every proof. With a secret (32 characters at least) instances accept each other's. */
  nonces?: boolean | { secret: string };
  /** Where used proofs are remembered. This process's memory, unless it is said: that is enough for one instance. */
  replays?: ReplayStore;
  /** How far, in seconds, a proof's time may be from this machine's. 300, unless it is said. */
  windowSeconds?: number;
  /** Where clients reach this server, where that is not the origin of the resource: an origin, and what a proxy takes away of the path. */
  base?: string;
}

/** Checks proofs for one resource. */
export interface Proofs {
  /** Undefined where no nonces are demanded. */
  nonces: Nonces | undefined;
  /** The one proof of a request, not yet looked at. @throws BearerError `invalid_dpop_proof` where there is none, or more than one. */
  read(request: ProvenRequest): string;
  /**
   * Lets a proof count, once (RFC 9449 §4.3, §7.1).
   *
   * @param jkt the thumbprint of the key that the token is bound to.
   * @throws BearerError `invalid_dpop_proof`, `use_dpop_nonce`, or `invalid_token` where the proof is by another key; UnavailableError where it cannot be known whether it was used.
   */
  check(proof: string, request: ProvenRequest, token: { token: string; jkt: string }): Promise<void>;
}

const DEFAULT_WINDOW_SECONDS = 300;

/** How far the clocks of instances may be apart that share a store: as long as that a mark outlives its proof. */
const SKEW_SECONDS = 60;

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** Makes the check of proofs. @throws Error where an option is wrong. */
export function createProofs(options: DpopOptions & { resource: string; clock: Clock }): Proofs {
  const { resource, clock, nonces: nonceOption = false, windowSeconds = DEFAULT_WINDOW_SECONDS } = options;
  // With NaN for a window every proof would be of now.
  if (!(windowSeconds > 0 && windowSeconds < Infinity)) throw new Error('the window of proofs must be a number of seconds');
  const replays = options.replays ?? createMemoryReplays(clock);
  const isTarget = createIsTarget(options.base ?? new URL(resource).origin);
  const nonces = nonceOption === false ? undefined : createNonces(resource, clock, nonceOption === true ? undefined : nonceOption.secret);

  /** What a proof says, after its signature, and the key that made it. */
  const open = async (proof: string) => {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      algorithms: [...proofAlgorithms],
      typ: DPOP_PROOF_TYPE,
      currentDate: new Date(clock.now()),
    });
    for (const part of proof.split('.', 2)) parseOnce(Buffer.from(part, 'base64url').toString('utf8'));
    const jwk = protectedHeader.jwk as JWK;
    if (PRIVATE_MEMBERS.some((member) => member in jwk)) throw new Error('the proof holds a private key');
    return { claims: dpopProofClaims.parse(payload), thumbprint: await calculateJwkThumbprint(jwk) };
  };

  const claim = async (key: string, lifetimeSeconds: number): Promise<boolean> => {
    try {
      return await replays.claim(key, lifetimeSeconds);
    } catch (cause) {
      throw new UnavailableError('it cannot be known whether a proof was used', { cause });
    }
  };

  return {
    nonces,
    read: (request) => {
      const [proof, ...more] = headerFields(request, 'dpop');
      if (proof === undefined) throw refused(new Error('there is none'), 'a proof of the key is needed');
      if (more.length > 0) throw refused(new Error('there is more than one'));
      if (proof.length > MAXIMUM_PROOF_LENGTH) throw refused(new Error('it is too long'));
      // jose passes over white space.
      if (!COMPACT_JWS.test(proof)) throw refused(new Error('it is no JWT'));
      return proof;
    },
    check: async (proof, request, { token, jkt }) => {
      const { claims, thumbprint } = await open(proof).catch((cause: unknown) => {
        throw refused(cause);
      });
      const now = clock.now() / 1000;
      if (claims.htm !== request.method) throw refused(new Error('it is for another method'));
      if (!isTarget(claims.htu, request)) throw refused(new Error('it is for another address'));
      if (claims.ath !== hash('sha256', token, 'base64url')) throw refused(new Error('it is for another token'));
      if (Math.abs(now - claims.iat) > windowSeconds) throw refused(new Error('it is not of now'));
      if (thumbprint !== jkt) throw new BearerError('invalid_token', 'the access token is bound to another key');
      if (nonces !== undefined && (claims.nonce === undefined || !nonces.accepts(claims.nonce)))
        throw new BearerError('use_dpop_nonce', 'the proof needs the nonce that comes with this answer');
      // Last, so that nobody fills the store who has no token. With the key, so that nobody uses up another's.
      const lifetime = Math.ceil(claims.iat + windowSeconds - now) + SKEW_SECONDS;
      if (!(await claim(hash('sha256', `${jkt} ${claims.jti}`, 'base64url'), lifetime))) throw refused(new Error('it was used before'));
    },
  };
}

const refused = (cause: unknown, description = 'the proof of the key is not valid here') =>
  new BearerError('invalid_dpop_proof', description, { cause });
