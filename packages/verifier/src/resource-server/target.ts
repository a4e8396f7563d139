import type { Profile } from '@rolecall/contracts/requirements/requirement';
import type { KnownClients } from '../authorization-server/target.ts';
import type { PlayedIssuer, PlayedIssuerOptions } from './played-issuer/played-issuer.ts';

/** A request that a right token opens: it is answered with 2xx then, as often as it is sent. */
export interface Operation {
  /** GET, unless it is said. */
  method?: string | undefined;
  url: string;
  headers?: Record<string, string> | undefined;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is, with the `content-type` of the headers. */
  body?: string | undefined;
  /** What a token needs for it, with spaces between. Without it nothing is tried that is about scope. */
  scope?: string | undefined;
  /** Wider scopes, each of which is enough for it. */
  widerScopes?: readonly string[] | undefined;
  /** A client that acts for itself gets nothing here. */
  usersOnly?: boolean | undefined;
}

/** An operation for which the user has to have logged in recently, or in a strong way (RFC 9470). */
export interface StepUp {
  operation: Operation;
  acrValues?: readonly string[] | undefined;
  /** Seconds. */
  maxAge?: number | undefined;
}

/** An operation that needs authorization details (RFC 9396). */
export interface DetailedOperation {
  operation: Operation;
  /** Details of a token that open it. */
  covering: readonly Record<string, unknown>[];
  /** Others of which each, being the only one, does not. The same type for another resource, and none at all, are tried in any case. */
  notCovering?: readonly Record<string, unknown>[] | undefined;
}

/** What the tokens of a played issuer look like. */
export interface TokenShape {
  /** RS256, unless it is said: every resource server has to take it (RFC 9068 §4). */
  algorithm?: 'RS256' | 'PS256' | 'ES256' | 'EdDSA' | undefined;
  /** Whether right tokens can be read, or only asked about (RFC 7662). `jwt`, unless it is said. */
  format?: 'jwt' | 'opaque' | undefined;
  /** `at+jwt`, unless it is said. With another one the server is not asked to tell access tokens from other JWTs by it. */
  typ?: string | undefined;
  /** Claims beside the usual ones, or instead of them: a `sub` that the server knows. */
  claims?: Readonly<Record<string, unknown>> | undefined;
}

/** A resource server to verify, and what it takes to try it. Its tokens come from `issuer`, or from the verifier itself: `playIssuer`. */
export interface ResourceServerTarget {
  /** The resource identifier: the audience of its tokens. */
  resource: string;
  /** What is called. GET of the resource, unless it is said. */
  operation?: Operation | undefined;
  /** Another one, for which the scope of the first is not enough. */
  otherOperation?: Operation | undefined;

  /** The issuer identifier of the authorization server that the resource server trusts. */
  issuer?: string | undefined;
  /** Origins beside the issuer’s, the resource’s and those of announced endpoints, to which answers may lead. */
  origins?: readonly string[] | undefined;
  clients?: KnownClients | undefined;
  /** For registration where it is not open (RFC 7591 §3). */
  initialAccessToken?: string | undefined;
  /** Another resource of that server's, to ask for tokens that open nothing here, and a scope that it has. */
  otherResource?: { identifier: string; scope?: string | undefined } | undefined;
  /** A scope of that server's that is not enough for the operation. */
  otherScope?: string | undefined;

  /** The address of an issuer that the verifier plays, or such an issuer that listens already. The resource server is configured to trust it. */
  playIssuer?: string | PlayedIssuerOptions | PlayedIssuer | undefined;
  tokens?: TokenShape | undefined;

  stepUp?: StepUp | undefined;
  authorizationDetails?: DetailedOperation | undefined;
  /** The seconds for which it uses an answer of introspection again, if it is known. */
  introspectionCache?: number | undefined;
  /** Milliseconds to wait for what takes effect later: new keys, and the end of what is cached. 35,000, unless it is said: most libraries ask for keys twice a minute at the most. */
  patience?: number | undefined;
  profiles?: readonly Profile[] | undefined;
}
