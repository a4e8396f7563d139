import * as z from 'zod';

/** A client that the server knows already, by the names of RFC 7591 §2. */
const knownClient = z.strictObject({
  client_id: z.string().min(1),
  client_secret: z.string().min(1).optional(),
  token_endpoint_auth_method: z.enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']),
  redirect_uris: z.array(z.string()).default([]),
  /** A private JWK, for `private_key_jwt` and for request objects. */
  key: z.record(z.string(), z.unknown()).optional(),
  post_logout_redirect_uris: z.array(z.string()).optional(),
  /** What it may ask for, where that is not what is asked of others. */
  scope: z.string().optional(),
});

export type KnownClient = z.output<typeof knownClient>;

/** What clients the checks need. Each that is not given is registered, where the server lets clients register. */
export const clientRoles = {
  web: 'a confidential client with the grants authorization_code and refresh_token',
  other: 'another of the same kind',
  public: 'a client without secret, with the grants authorization_code and refresh_token',
  service: 'a confidential client with the grant client_credentials',
  signing: 'a client that authenticates with private_key_jwt, with the grant client_credentials',
  resourceServer: 'a client that may introspect tokens for the resource',
  bound: 'a client without secret that has registered dpop_bound_access_tokens, with the grants authorization_code and refresh_token',
  device: 'a client without secret, with the grants device_code and refresh_token',
  requests: 'a confidential client with the grant authorization_code and a key for request objects',
  logout: 'a confidential client with the grant authorization_code and a post_logout_redirect_uri',
  exchange: 'a confidential client with the grants authorization_code and token-exchange',
} as const;

export type ClientRole = keyof typeof clientRoles;

/** The contents of a file of clients. */
export const knownClients = z.strictObject({
  web: knownClient.optional(),
  other: knownClient.optional(),
  public: knownClient.optional(),
  service: knownClient.optional(),
  signing: knownClient.optional(),
  resourceServer: knownClient.optional(),
  bound: knownClient.optional(),
  device: knownClient.optional(),
  requests: knownClient.optional(),
  logout: knownClient.optional(),
  exchange: knownClient.optional(),
});

export type KnownClients = z.output<typeof knownClients>;

export interface Reachable {
  /** The base address, without a slash at its end. */
  url: string;
  /** The port of this machine to which requests for it come. */
  port: number;
}

export interface TrustedIssuer {
  issuer: string;
  /** The private JWK whose public half the server has. */
  key: Record<string, unknown>;
  subject: string;
}

/** An authorization server to verify, and what it takes to try it. */
export interface AuthorizationServerTarget {
  /** The issuer identifier. */
  issuer: string;
  clients?: KnownClients | undefined;
  /** For registration where it is not open (RFC 7591 §3). */
  initialAccessToken?: string | undefined;
  /** Scopes that the clients may ask for, with spaces between them. What the metadata announces, unless it is said. */
  scope?: string | undefined;
  /** A resource identifier to ask tokens for (RFC 8707). */
  resource?: string | undefined;
  /** Where the server can reach the verifier: for documents that it is to fetch and messages that it is to send. On the same machine nothing needs to be said. */
  reachable?: Reachable | undefined;
  /** An issuer of assertions that the server trusts (RFC 7523 §2.1), and a subject that it knows there. */
  assertions?: TrustedIssuer | undefined;
  /** Authorization details that are right at this server (RFC 9396). */
  authorizationDetails?: readonly Record<string, unknown>[] | undefined;
  /** Origins beside the issuer’s and those of the endpoints in its metadata, to which its pages and answers may lead: what a person types, and what clients know, is sent there too. */
  origins?: readonly string[] | undefined;
  /** The redirect URI that registered clients name. Nobody goes there. */
  redirectUri?: string | undefined;
}
