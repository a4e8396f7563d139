import type { ProtectedResourceMetadata } from '@rolecall/contracts/protected-resource-metadata';
import { extractCredentials } from '@rolecall/contracts/bearer/credentials';
import { type AuthenticationScheme, BearerError } from '@rolecall/contracts/bearer/error';
import { proofAlgorithms } from '@rolecall/contracts/dpop-proof';
import { type Clock, systemClock } from '@rolecall/storage/clock';
import { type DetailRequirement, requireDetail } from './authorization-details.ts';
import { createProofs, type DpopOptions } from './dpop/proofs.ts';
import type { ProvenRequest } from './dpop/target.ts';
import { refuseForeignOrigin } from './foreign-origin.ts';
import { createIssuer } from './issuer/issuer.ts';
import type { Log } from './log.ts';
import { type Refusal, refusalOf } from './refusal.ts';
import { createRequirementCheck, type Requirement } from './requirement.ts';
import { metadataAddress } from './resource-address.ts';
import { type AboutResource, describeResource } from './resource-metadata.ts';
import { followRevocations } from './revocation/follow-revocations.ts';
import { type AccessToken, TokenExpiredError } from './token/access-token.ts';
import { createIntrospection, type IntrospectionOptions } from './token/introspection.ts';
import { createJwtVerifier, looksLikeJwt } from './token/jwt.ts';
import { UnavailableError } from './unavailable-error.ts';

export type { DetailRequirement } from './authorization-details.ts';
export type { Refusal } from './refusal.ts';
export type { Requirement } from './requirement.ts';
export type { AccessToken } from './token/access-token.ts';

export interface GuardOptions {
  /** Whose access tokens are accepted: an authorization server's issuer identifier, letter by letter (RFC 8414 §2). */
  issuer: string;
  /** This resource's identifier, without a slash at its end: what the `aud` of its access tokens says (RFC 8707 §2). */
  resource: string;
  /** Its name, for people. */
  name: string;
  /** What challenges say that the caller is to be let in to, in a word. */
  realm: string;
  /** The scopes that it knows, for its metadata. */
  scopes: readonly string[];
  /** For each scope the narrower ones that it brings with it. */
  implies?: Readonly<Record<string, readonly string[]>>;
  /** How opaque tokens are judged. Without it only JWTs are accepted. */
  introspection?: IntrospectionOptions;
  /** How tokens are judged that are bound to a key (RFC 9449). `false`: they are refused. */
  dpop?: DpopOptions | false;
  /**
   * Of how many JWTs it is remembered that their signatures were right. 0, unless it is said. Everything else is looked at for each request:
   * the times, whether the key is still the issuer's, whether the token was revoked. Each takes about 2 kB.
   */
  rememberSignatures?: number;
  /** What else its metadata says. */
  about?: AboutResource;
  /** The origins whose pages may call it. Any, unless it is said: what lets a caller in is its token, never a cookie. */
  allowedOrigins?: readonly string[];
  log: Log;
  clock?: Clock;
  /** How the authorization server is asked, instead of the platform's `fetch`. */
  fetch?: typeof fetch | undefined;
}

/** Guards one resource. Knows nothing of any framework. */
export interface Guard {
  /** The metadata of this resource (RFC 9728), and the path where it has to be served, to everybody. */
  metadata: { path: string; document(): Promise<ProtectedResourceMetadata> };
  /**
   * Judges a request by its access token, every request anew.
   *
   * @throws BearerError or ForeignOriginError where it is refused, and UnavailableError where it can be neither accepted nor refused.
   * {@link refusal} makes an answer of each.
   */
  authorize(request: ProvenRequest, requirement: Requirement): Promise<AccessToken>;
  /** Requires that the authorization details of a token cover an operation (RFC 9396 §9). @throws BearerError */
  requireDetail(token: AccessToken, needed: DetailRequirement): void;
  /** What the answer to a request that was let in has to carry: it is for the bearer of this token alone (RFC 9111 §3.5), and may bring a nonce (RFC 9449 §9). */
  headers(token: AccessToken): Readonly<Record<string, string>>;
  /** The answer to what {@link authorize} threw (RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3, RFC 9728 §5.1). Undefined for any other error. */
  refusal(error: unknown, requirement: Requirement): Refusal | undefined;
}

/** Characters: more than fits into the headers that servers take by default. */
const MAXIMUM_TOKEN_LENGTH = 16_384;

/** Makes a guard. Asks nobody anything before the first token comes. @throws Error where an option is wrong. */
export function createGuard(options: GuardOptions): Guard {
  const { issuer: issuerName, resource, log, clock = systemClock, dpop = {} } = options;
  const issuer = createIssuer({ issuer: issuerName, clock, log, fetch: options.fetch });
  const shared = { issuerName, audience: resource, issuer, clock, log, fetch: options.fetch };
  const verifyJwt = createJwtVerifier({ ...shared, rememberSignatures: options.rememberSignatures ?? 0 });
  const introspect = options.introspection && createIntrospection({ ...options.introspection, ...shared });
  const isRevoked = followRevocations(shared);
  const proofs = dpop === false ? undefined : createProofs({ ...dpop, resource, clock });
  const proofRequired = dpop !== false && dpop.required === true;
  const checkRequirement = createRequirementCheck(options.implies ?? {}, clock);
  const { path, url: resourceMetadata } = metadataAddress(resource);

  const understood: AuthenticationScheme[] = proofs === undefined ? ['Bearer'] : ['Bearer', 'DPoP'];
  const schemes: AuthenticationScheme[] = proofRequired ? ['DPoP'] : understood;
  const context = { realm: options.realm, resourceMetadata, schemes, proofAlgorithms };

  const judge = async (token: string): Promise<AccessToken> => {
    try {
      if (token.length > MAXIMUM_TOKEN_LENGTH) throw new Error('the token is too long');
      const accessToken = looksLikeJwt(token) || introspect === undefined ? await verifyJwt(token) : await introspect(token);
      if (await isRevoked(accessToken)) throw new Error('the token has been revoked');
      return accessToken;
    } catch (cause) {
      if (cause instanceof UnavailableError) throw cause;
      const description = cause instanceof TokenExpiredError ? 'the access token has expired' : 'the access token is not valid here';
      throw new BearerError('invalid_token', description, { cause });
    }
  };

  /** A token that is bound to a key counts with a proof of that key, and any other without (RFC 9449 §7.1, §7.2). */
  const judgeAs = async (scheme: AuthenticationScheme, token: string, request: ProvenRequest): Promise<AccessToken> => {
    if (scheme === 'Bearer' || proofs === undefined) {
      if (proofRequired) throw new BearerError('invalid_token', 'an access token that is bound to a key is needed, with a proof of it');
      const accessToken = await judge(token);
      if (accessToken.jkt === undefined) return accessToken;
      throw new BearerError('invalid_token', 'the access token is bound to a key: it is no bearer token');
    }
    const proof = proofs.read(request);
    const accessToken = await judge(token);
    if (accessToken.jkt === undefined) throw new BearerError('invalid_token', 'the access token is not bound to a key');
    await proofs.check(proof, request, { token, jkt: accessToken.jkt });
    return accessToken;
  };

  const nonce = proofs?.nonces?.current;

  const basic: ProtectedResourceMetadata = {
    resource,
    authorization_servers: [issuerName],
    scopes_supported: [...options.scopes],
    bearer_methods_supported: ['header'],
    resource_name: options.name,
    ...(proofs !== undefined && {
      dpop_signing_alg_values_supported: [...proofAlgorithms],
      dpop_bound_access_tokens_required: proofRequired,
    }),
  };

  return {
    metadata: { path, document: describeResource(basic, options.about ?? {}) },
    authorize: async (request, requirement) => {
      if (options.allowedOrigins !== undefined) refuseForeignOrigin(request, options.allowedOrigins);
      const { scheme, token } = extractCredentials(request, understood);
      try {
        const accessToken = await judgeAs(scheme, token, request);
        checkRequirement(accessToken, requirement);
        return accessToken;
      } catch (error) {
        throw error instanceof BearerError ? new BearerError(error.code, error.message, { cause: error.cause, scheme }) : error;
      }
    },
    requireDetail: (token, needed) => requireDetail(token, resource, needed),
    headers: (token) => ({ 'cache-control': 'no-store', ...(nonce !== undefined && token.jkt !== undefined && { 'dpop-nonce': nonce() }) }),
    refusal: (error, requirement) => refusalOf(error, requirement, context, nonce),
  };
}
