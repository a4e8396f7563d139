import type { IncomingMessage } from 'node:http';
import { challenge } from '@rolecall/contracts/bearer/challenge';
import { extractToken } from '@rolecall/contracts/bearer/credentials';
import { BearerError } from '@rolecall/contracts/bearer/error';
import type { ProtectedResourceMetadata } from '@rolecall/contracts/protected-resource-metadata';
import { type Clock, systemClock } from '@rolecall/storage/clock';
import { createIssuer, IssuerUnavailableError } from './issuer/issuer.ts';
import type { Log } from './log.ts';
import { metadataAddress } from './resource-address.ts';
import { followRevocations } from './revocation/follow-revocations.ts';
import { type AccessToken, TokenExpiredError } from './token/access-token.ts';
import { createIntrospection, type IntrospectionOptions } from './token/introspection.ts';
import { createJwtVerifier, looksLikeJwt } from './token/jwt.ts';

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
  log: Log;
  clock?: Clock;
}

/** What a request needs to be let in. */
export interface Requirement {
  /** All of them. */
  scopes: readonly string[];
  /** The user must have authenticated so many seconds ago at the most (RFC 9470). */
  maxAge?: number;
  /** The user must have authenticated in one of these ways (RFC 9470). */
  acrValues?: readonly string[];
}

/** An answer, for whatever framework sends it. */
export interface Refusal {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: { error?: string; error_description: string };
}

/** Guards one resource. Knows nothing of any framework. */
export interface Guard {
  /** The metadata of this resource (RFC 9728), and the path where it has to be served, to everybody. */
  metadata: { path: string; document: ProtectedResourceMetadata };
  /**
   * Judges a request by its access token, every request anew.
   *
   * @throws BearerError where it is refused, and IssuerUnavailableError where it can be neither accepted nor refused. {@link refusal} makes an answer of both.
   */
  authorize(request: Pick<IncomingMessage, 'rawHeaders' | 'url'>, requirement: Requirement): Promise<AccessToken>;
  /** The answer to what {@link authorize} threw (RFC 6750 §3, RFC 9470 §3, RFC 9728 §5.1). Undefined for any other error. */
  refusal(error: unknown, requirement: Requirement): Refusal | undefined;
}

/** Characters: more than fits into the headers that servers take by default. */
const MAXIMUM_TOKEN_LENGTH = 16_384;

/** Makes a guard. Asks nobody anything before the first token comes. */
export function createGuard(options: GuardOptions): Guard {
  const { issuer: issuerName, resource, log, clock = systemClock } = options;
  const issuer = createIssuer({ issuer: issuerName, clock, log });
  const shared = { issuerName, audience: resource, issuer, clock, log };
  const verifyJwt = createJwtVerifier(shared);
  const introspect = options.introspection && createIntrospection({ ...options.introspection, ...shared });
  const isRevoked = followRevocations(shared);
  const implied = new Map(Object.entries(options.implies ?? {}));
  const { path, url: resourceMetadata } = metadataAddress(resource);

  const judge = async (token: string): Promise<AccessToken> => {
    try {
      if (token.length > MAXIMUM_TOKEN_LENGTH) throw new Error('the token is too long');
      const accessToken = looksLikeJwt(token) || introspect === undefined ? await verifyJwt(token) : await introspect(token);
      if (await isRevoked(accessToken)) throw new Error('the token has been revoked');
      return accessToken;
    } catch (cause) {
      if (cause instanceof IssuerUnavailableError) throw cause;
      const description = cause instanceof TokenExpiredError ? 'the access token has expired' : 'the access token is not valid here';
      throw new BearerError('invalid_token', description, { cause });
    }
  };

  /** How the user authenticated comes first: with a new login the scopes may be others, too (RFC 9470 §3). */
  const requireLogin = ({ authenticatedAt, acr }: AccessToken, { maxAge, acrValues }: Requirement): void => {
    const tooOld = maxAge !== undefined && (authenticatedAt === undefined || clock.now() / 1000 - authenticatedAt > maxAge);
    const tooWeak = acrValues !== undefined && (acr === undefined || !acrValues.includes(acr));
    if (tooOld || tooWeak)
      throw new BearerError('insufficient_user_authentication', 'the user has to log in again, or in a stronger way, for this');
  };

  const requireScopes = ({ scopes }: AccessToken, needed: readonly string[]): void => {
    const granted = new Set([...scopes].flatMap((scope) => [scope, ...(implied.get(scope) ?? [])]));
    if (!needed.every((scope) => granted.has(scope)))
      throw new BearerError('insufficient_scope', 'the access token lacks a scope that this needs');
  };

  return {
    metadata: {
      path,
      document: {
        resource,
        authorization_servers: [issuerName],
        scopes_supported: [...options.scopes],
        bearer_methods_supported: ['header'],
        resource_name: options.name,
      },
    },
    authorize: async (request, requirement) => {
      const accessToken = await judge(extractToken(request));
      requireLogin(accessToken, requirement);
      requireScopes(accessToken, requirement.scopes);
      return accessToken;
    },
    refusal: (error, requirement) => {
      if (error instanceof IssuerUnavailableError)
        return {
          status: error.statusCode,
          headers: { 'cache-control': 'no-store', 'retry-after': String(error.retryAfterSeconds) },
          body: { error: 'temporarily_unavailable', error_description: 'try again later' },
        };
      if (!(error instanceof BearerError)) return undefined;
      return {
        status: error.statusCode,
        headers: {
          'cache-control': 'no-store',
          'www-authenticate': challenge(error, { realm: options.realm, resourceMetadata, ...requirement }),
        },
        body: { ...(error.code && { error: error.code }), error_description: error.message },
      };
    },
  };
}
