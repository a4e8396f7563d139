import type { JWK } from 'jose';
import type { PlayedIssuer } from '../played-issuer/played-issuer.ts';
import type { ProofKey } from '../../proof.ts';

/** An access token, and the key that it is bound to. */
export interface Token {
  text: string;
  key?: ProofKey | undefined;
}

/** How a token differs from a right one. */
export interface TokenChanges {
  /** Other claims; `undefined` leaves one out. */
  claims?: Readonly<Record<string, unknown>>;
  /** Other header members; `undefined` leaves one out. */
  header?: Readonly<Record<string, unknown>>;
  /** Instead of all claims: the text as it is signed. */
  text?: (claims: Record<string, unknown>) => string;
}

/** Where tokens come from. Whatever a source cannot give ends a check as `not tried`, with what it takes. */
export interface TokenSource {
  issuer: string;
  /** Who signs, where the verifier plays the issuer: then every token can be had. */
  played: PlayedIssuer | undefined;
  /** A token that opens the operation. */
  right(): Promise<Token>;
  /** The same, never presented before, and by nobody else: one that can be revoked. */
  fresh(): Promise<Token>;
  /** One with this scope. */
  withScope(scope: string | undefined): Promise<Token>;
  /** One that is not enough for the operation. @param scope what the operation needs. */
  withoutScope(scope: string): Promise<Token[]>;
  /** One that is bound to a key. */
  boundTo(key: ProofKey): Promise<Token>;
  /** One of a client that acts for itself. */
  ofClient(): Promise<Token>;
  /** Good ones for other resources. */
  forOthers(): Promise<{ what: string; token: Token }[]>;
  /** JWTs that the issuer signs and that are no access tokens. */
  noAccessTokens(): Promise<{ what: string; token: Token }[]>;
  /** Signed by the issuer, whatever it says. */
  signed(changes: TokenChanges): Promise<Token>;
  /** A token that only introspection can tell anything of. @param said other members of the answer; `undefined` leaves one out. */
  opaque(said?: Readonly<Record<string, unknown>>): Promise<Token>;
  /** Ends a token. */
  revoke(token: Token): Promise<void>;
  /** The issuer's public keys. */
  keys(): Promise<JWK[]>;
}
