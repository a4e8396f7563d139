import { assertionAlgorithms, MAXIMUM_JTI_LENGTH } from '@rolecall/contracts/client-authentication';
import { type Clock, nowInSeconds } from '@rolecall/storage/clock';
import type { ShortLivedStore } from '@rolecall/storage/short-lived-store';
import { StoreUnavailableError } from '@rolecall/storage/store-unavailable-error';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { ClientKeys } from '../clients/client-keys.ts';
import { tokenHash } from '../random.ts';
import type { Client } from '../stores/types.ts';

/** How far the clocks of a client and this server may be apart. */
const SKEW_SECONDS = 60;
/** How long before its end an assertion may be used: so long its `jti` is remembered. */
const MAXIMUM_LIFETIME_SECONDS = 3_600;

/** The types that a client's assertion may say it is of (RFC 10070). Any other is a JWT that was made for something else (RFC 8725 §3.11). */
const TYPES = new Set<string | undefined>([undefined, 'jwt', 'client-authentication+jwt', 'application/client-authentication+jwt']);

/** Checks the assertion of a client. Undefined when all is well; else why not, for the log. Throws only when a store cannot be asked. */
export type CheckAssertion = (client: Client, assertion: string) => Promise<string | undefined>;

/**
 * Client authentication by a signed JWT (RFC 7523 §2.2 and §3, RFC 10070; `private_key_jwt` of OpenID Connect Core §9).
 *
 * @param options.audiences the one value that `aud` must have, or the few: the issuer, compared as text (RFC 10070).
 */
export function createAssertionCheck(options: {
  audiences: readonly string[];
  clock: Clock;
  keysOf: ClientKeys;
  store: ShortLivedStore;
}): CheckAssertion {
  const { clock, keysOf, store } = options;

  return async (client, assertion) => {
    try {
      const algorithm = client.tokenEndpointAuthSigningAlg;
      const { payload, protectedHeader } = await jwtVerify(assertion, keysOf(client), {
        algorithms: algorithm === undefined ? [...assertionAlgorithms] : namesOf(algorithm),
        issuer: client.id,
        subject: client.id,
        requiredClaims: ['exp', 'jti'],
        currentDate: new Date(clock.now()),
        clockTolerance: SKEW_SECONDS,
      });
      if (!TYPES.has(protectedHeader.typ?.toLowerCase())) return 'the assertion is a JWT of another type';
      return claimsProblem(payload) ?? (await replayProblem(client.id, payload));
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw error;
      // Never its message: that repeats what was sent, or what was fetched.
      return error instanceof errors.JOSEError ? error.code : 'its keys cannot be had, or the assertion cannot be read';
    }
  };

  function claimsProblem({ aud, iat, exp, jti }: JWTPayload): string | undefined {
    const now = nowInSeconds(clock);
    // The server's own name and nothing besides: an assertion that names another place too could be carried there, or come from there.
    const audience = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud;
    if (typeof audience !== 'string' || !options.audiences.includes(audience)) return 'aud is not this server alone';
    if (iat !== undefined && iat > now + SKEW_SECONDS) return 'iat is in the future';
    if ((exp as number) > now + MAXIMUM_LIFETIME_SECONDS + SKEW_SECONDS) return 'exp is too far away';
    if (typeof jti !== 'string' || jti === '' || jti.length > MAXIMUM_JTI_LENGTH) return 'jti is not a text of reasonable length';
    return undefined;
  }

  /** An assertion counts once (OpenID Connect Core §9): of any number of requests that bring it at the same time, one. */
  async function replayProblem(clientId: string, { jti, exp }: JWTPayload): Promise<string | undefined> {
    const lifetime = Math.ceil((exp as number) + SKEW_SECONDS - clock.now() / 1000) + 1;
    const isFirst = await store.claim(`assertion:${tokenHash(`${clientId} ${jti}`)}`, lifetime);
    return isFirst ? undefined : 'the assertion has been used before';
  }
}

function namesOf(algorithm: string): string[] {
  return algorithm === 'EdDSA' || algorithm === 'Ed25519' ? ['EdDSA', 'Ed25519'] : [algorithm];
}
