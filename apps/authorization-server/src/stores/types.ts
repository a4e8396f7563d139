import type { PublicSigningKey, SigningAlgorithm } from '@rolecall/contracts/jwks';

/** What is kept for good, as the features see it. One adapter (Prisma) serves Postgres and the embedded Postgres alike. */
export interface Stores {
  users: UserStore;
  clients: ClientStore;
  initialAccessTokens: InitialAccessTokenStore;
  resources: ResourceStore;
  consents: ConsentStore;
  configuration: ConfigurationStore;
  grants: GrantStore;
  refreshTokens: RefreshTokenStore;
  sessions: UserSessionStore;
  signingKeys: SigningKeyStore;
  changes: ChangeStore;
  audit: AuditStore;
  housekeeping: HousekeepingStore;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface User {
  /** The `sub` of the user's tokens. */
  id: string;
  username: string;
  /** argon2id, as a PHC string. */
  passwordHash: string;
  /** What the user is called on pages. */
  name: string;
  disabled: boolean;
}

export interface UserStore {
  /** By the name that the user logs in with, already normalised. */
  findByUsername(username: string): Promise<User | undefined>;
  find(id: string): Promise<User | undefined>;
  /** By username, those after a given one. */
  list(page: { after: string | undefined; limit: number }): Promise<User[]>;
  /** Adds a user, or leaves the one of that name as it is. True when it was added. */
  addIfAbsent(user: Omit<User, 'disabled'>): Promise<boolean>;
  /** What the user is called. `taken`, and nothing is changed, when another has that username. */
  rename(id: string, names: { username?: string | undefined; name?: string | undefined }): Promise<'renamed' | 'absent' | 'taken'>;
  /** @param insteadOf the hash that is to be there still: one that was changed meanwhile stays as it is, and the answer is false. */
  setPasswordHash(id: string, passwordHash: string, insteadOf?: string): Promise<boolean>;
  /**
   * What was issued for the user is dead from then on, for good: before it may log in again its grants end and its consents are forgotten. True when that changed something.
   *
   * @param at milliseconds since the epoch; undefined: the user may log in again.
   */
  setDisabled(id: string, at: number | undefined): Promise<boolean>;
  /** Removes the user, and with it its consents and grants. True when it was there. */
  remove(id: string): Promise<boolean>;
}

export type TokenEndpointAuthMethod = 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'none';

/** What becomes of a refresh token when it is used. */
export type RefreshTokenRotation = 'always' | 'near_expiry' | 'never';

/** A registered client (RFC 6749 §2; the member names are those of RFC 7591 §2 where it has them). */
export interface Client {
  id: string;
  name: string;
  tokenEndpointAuthMethod: TokenEndpointAuthMethod;
  applicationType: 'web' | 'native';
  grantTypes: readonly string[];
  redirectUris: readonly string[];
  /** The scopes that this client may ask for. */
  scopes: readonly string[];
  requirePkce: boolean;
  /** The public keys of a client that signs its assertions: here, or at an address. */
  jwks?: { keys: readonly Record<string, unknown>[] };
  jwksUri?: string;
  /** The one algorithm of its assertions, where it has named one. */
  tokenEndpointAuthSigningAlg?: string;
  /** With what the answers to its introspections are signed (RFC 9701 §6). */
  introspectionSignedResponseAlg?: SigningAlgorithm;
  /** A public client's tokens are always rotated, whatever is said here. */
  refreshTokenRotation: RefreshTokenRotation;
  /** Seconds; the server's own where they are absent. */
  refreshTokenIdleLifetime?: number;
  refreshTokenAbsoluteLifetime?: number;
  /** What it says of itself for people, by the names of RFC 7591 §2: client_uri, logo_uri, tos_uri, policy_uri, contacts, software_id, software_version. */
  information: Readonly<Record<string, unknown>>;
  /** False where nobody vouches for the name that the client gave itself. */
  verified: boolean;
  /** SHA-256 of the token with which a client that registered itself manages its registration (RFC 7592); absent for all others. */
  registrationAccessTokenHash?: string;
  disabled: boolean;
  /** It is disabled because it removes itself ({@link ClientStore.beginRemoval}), and that is not over. */
  beingRemoved?: true;
  secrets: readonly ClientSecret[];
}

export interface ClientSecret {
  /** SHA-256 of the secret, base64url. */
  hash: string;
  /** Milliseconds since the epoch; absent: never. */
  expiresAt?: number;
}

/** A secret as it is spoken of. */
export interface ClientSecretEntry {
  id: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  expiresAt?: number;
}

export interface ClientStore {
  /** `fresh`: as it is in the database now, past every cache. */
  find(id: string, how?: 'fresh'): Promise<Client | undefined>;
  /** By id, those after a given one. */
  list(page: { after: string | undefined; limit: number }): Promise<Client[]>;
  /** Adds a client, or leaves the one of that id as it is. True when it was added. */
  addIfAbsent(client: Client): Promise<boolean>;
  /**
   * Changes all of a client but its id and its secrets, while nobody else does. Where it becomes disabled, {@link setDisabled} says what ends with it.
   *
   * @param at milliseconds since the epoch.
   * @param alter what the client is to be. What it throws is thrown, and nothing is changed.
   * @returns the client before and after; undefined when it is not there.
   */
  change(id: string, at: number, alter: (client: Client) => Client): Promise<{ before: Client; after: Client } | undefined>;
  /** Adds the client, or replaces all of it but the secrets, to which the given ones are added. */
  save(client: Client): Promise<void>;
  /**
   * What was issued to the client is dead from then on, for good: before it may act again all grants to it end and the consents are forgotten.
   *
   * @param at milliseconds since the epoch; undefined: the client may act again.
   */
  setDisabled(id: string, at: number | undefined): Promise<void>;
  /** Disables a client that is about to remove itself. An administrator's word stands: what is disabled already is not turned into this. */
  beginRemoval(id: string, at: number): Promise<void>;
  /** Removes the client, and with it its secrets, consents and grants. True when it was there. */
  remove(id: string): Promise<boolean>;
  /** The oldest first. */
  listSecrets(id: string): Promise<ClientSecretEntry[]>;
  /** Adds a secret. Undefined when there is no such client; `taken` when it has this secret already. */
  addSecret(
    id: string,
    secret: { hash: string; createdAt: number; expiresAt: number | undefined },
  ): Promise<ClientSecretEntry | 'taken' | undefined>;
  /** True when it was there. */
  removeSecret(id: string, secretId: string): Promise<boolean>;
  /**
   * Replaces a client that registered itself, if it is still there, still has that registration access token and is not disabled: one statement, so that
   * a client never brings itself back. The given secrets are added. True when it was replaced.
   */
  replaceRegistered(client: Client): Promise<boolean>;
  /** Notes when clients were last used, in milliseconds since the epoch. */
  touch(ids: readonly string[], at: number): Promise<void>;
  /**
   * Removes clients that registered themselves and have not been used since `before` (milliseconds since the epoch), with their secrets, consents and grants.
   *
   * @param limit how many at most.
   * @returns their ids: what was issued to them is still to be announced as revoked.
   */
  removeUnused(before: number, limit: number): Promise<string[]>;
}

/** Lets a client register itself where that is not open to all (RFC 7591 §3). Good until it expires or is removed, any number of times. */
export interface InitialAccessToken {
  id: string;
  /** What it was made for. */
  note: string;
  /** SHA-256 of the token, base64url. */
  hash: string;
  /** Milliseconds since the epoch; absent: never. */
  expiresAt?: number;
  createdAt: number;
}

export interface InitialAccessTokenStore {
  add(token: InitialAccessToken): Promise<void>;
  /** All of them, the oldest first. */
  list(): Promise<InitialAccessToken[]>;
  /** True when it was there. */
  remove(id: string): Promise<boolean>;
  /** By the SHA-256 of the token. Whether it has expired is for the caller to see. */
  find(hash: string): Promise<InitialAccessToken | undefined>;
}

/** A protected resource (RFC 8707), the scopes that mean something there, and what its access tokens are like. */
export interface Resource {
  identifier: string;
  name: string;
  scopes: readonly { name: string; description: string }[];
  accessTokenFormat: 'jwt' | 'opaque';
  /** Seconds; the server's own where it is absent. */
  accessTokenLifetime?: number;
  signingAlgorithm: SigningAlgorithm;
  /** The one that is meant where a request names none and its scopes decide nothing. */
  isDefault: boolean;
  /** The clients that are this resource's server: they may introspect its tokens. */
  resourceServers: readonly string[];
}

export interface ResourceStore {
  /** All of them, the oldest first. */
  list(): Promise<Resource[]>;
  /** Adds the resource, or replaces it. The default is one: it takes that from any other. */
  save(resource: Resource): Promise<void>;
  /** Removes the resource, and for good what was allowed there: one that is added in its place begins anew. True when it was there. */
  remove(identifier: string): Promise<boolean>;
}

/** Everything that an administrator configures; the users on demand. */
export interface Configuration {
  resources: readonly Resource[];
  clients: readonly Client[];
  users?: readonly User[];
}

/** What is to be written, each with what is there now. */
export type ConfigurationChanges = {
  [Kind in keyof Configuration]-?: readonly {
    before: NonNullable<Configuration[Kind]>[number] | undefined;
    after: NonNullable<Configuration[Kind]>[number];
  }[];
};

export interface ConfigurationStore {
  /** All of it, as it is in one moment. */
  read(options: { users: boolean }): Promise<Configuration>;
  /**
   * Changes much at once, all of it or nothing, while nobody else changes clients, resources or users. A client has then the secrets that are given and no other.
   * What ends with a user or client that becomes disabled, {@link ClientStore.setDisabled} says.
   *
   * @param named whom `decide` is shown: these clients, these users, whoever has one of their usernames, and all resources.
   * @param at milliseconds since the epoch.
   * @param decide what is to be written; undefined: nothing. What it throws is thrown.
   */
  change(
    named: { clients: readonly Pick<Client, 'id'>[]; users: readonly Pick<User, 'id' | 'username'>[] },
    at: number,
    decide: (current: Required<Configuration>) => ConfigurationChanges | undefined,
  ): Promise<void>;
}

/** What a user has decided about one client at one resource. */
export interface ConsentedScopes {
  agreed: ReadonlySet<string>;
  /** Asked for and left out. */
  refused: ReadonlySet<string>;
}

/** One of the two is there, or both. */
export type ByUserOrClient = { userId: string; clientId?: string } | { userId?: string; clientId: string };

/** The same, as the user's own list has it. Times are milliseconds since the epoch. */
export interface Consent extends ConsentedScopes {
  clientId: string;
  resource: string;
  createdAt: number;
  updatedAt: number;
}

export interface ConsentStore {
  /**
   * By resource identifier.
   *
   * @param suffices says whether what is in memory answers the question. If not, the database is asked: what was agreed to a moment ago, at another instance,
   *   must not be asked for again.
   */
  find(
    userId: string,
    clientId: string,
    suffices?: (found: ReadonlyMap<string, ConsentedScopes>) => boolean,
  ): Promise<ReadonlyMap<string, ConsentedScopes>>;
  /** Adds to what was decided at a resource, if it is there: what is agreed to is no longer refused, and the other way round. */
  decide(
    userId: string,
    clientId: string,
    resource: string,
    decision: { agreed: readonly string[]; refused: readonly string[] },
  ): Promise<void>;
  /** All that a user has decided, about every client. */
  listOf(userId: string): Promise<Consent[]>;
  /** Forgets all that the user decided about the client, or what was decided at one resource. */
  withdraw(userId: string, clientId: string, resource?: string): Promise<void>;
  /** Forgets all that a user decided about any client, or any user about a client. */
  withdrawAll(of: ByUserOrClient): Promise<void>;
}

/** Scopes at one resource: at least one. */
export interface GrantedScopes {
  resource: string;
  scopes: readonly string[];
}

/** What one authorization gave: one user, one client, scopes at resources. */
export interface Grant {
  id: string;
  userId: string;
  clientId: string;
  /** What was agreed to, each resource once. The first one is meant where a request leaves it open. */
  granted: readonly GrantedScopes[];
  /** When the user authenticated, in seconds since the epoch. */
  authTime: number;
  /** In which session: SHA-256 of its id. */
  sessionId?: string;
  /** With what: the browser's own words, and its address. */
  userAgent?: string;
  address?: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** Milliseconds since the epoch: when the last of what is issued from it is over. */
  expiresAt: number;
}

/** A grant as it is spoken of, with what it still holds: nothing at a resource that was removed since. */
export interface GrantEntry extends Grant {
  /** Milliseconds since the epoch. */
  revokedAt?: number;
}

/** Where a grant is in a list. */
export type GrantPosition = Pick<Grant, 'createdAt' | 'id'>;

/** The refresh token that comes with a grant. */
export interface FirstRefreshToken {
  hash: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

export interface GrantStore {
  /**
   * Records a grant, and its first refresh token if there is to be one, in one atomic step. True for exactly one caller;
   * false when it is there already, when its user or client is gone or disabled, or when the user has not agreed (any more) to all that it holds.
   */
  create(grant: Grant, refreshToken?: FirstRefreshToken): Promise<boolean>;
  /** Ends a grant for good, if there is one. True for the caller that ended it. `at` is in milliseconds since the epoch. */
  revoke(id: string, at: number): Promise<boolean>;
  /**
   * Ends grants of a user that do not outlive the session they were made in, and answers their ids: those of applications in a browser
   * (public clients for the web) without `offline_access` (RFC 10017).
   *
   * @param of.session only those made in this session. @param of.exceptSession all but those.
   */
  revokeOfBrowserApplications(of: { userId: string; session?: string; exceptSession?: string }, at: number): Promise<string[]>;
  /** Ends all grants of a user, to a client, or of a user to a client, or those of them that reach a resource, and answers their ids. */
  revokeAll(of: ByUserOrClient & { resource?: string }, at: number): Promise<string[]>;
  find(id: string): Promise<GrantEntry | undefined>;
  /** The newest first, those before a given one; of a user or to a client where that is said. */
  list(page: {
    userId?: string | undefined;
    clientId?: string | undefined;
    before: GrantPosition | undefined;
    limit: number;
  }): Promise<GrantEntry[]>;
  /** What is in force of what a user has granted, the newest first, each with when a token was last issued from it (milliseconds since the epoch). */
  listInForce(userId: string, now: number): Promise<(Grant & { lastUsedAt: number })[]>;
}

/** A session in which a user is logged in, for the list of sessions: the session itself is in the short-lived store, and may be over before. */
export interface UserSession {
  /** SHA-256 of the session's id. */
  id: string;
  userId: string;
  /** With what: the browser's own words, and its address. */
  userAgent?: string;
  address?: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** Milliseconds since the epoch: when it is over in any case. */
  expiresAt: number;
}

export interface UserSessionStore {
  /**
   * Adds a session, if the user may log in and has this password in that very moment: who changes the password, or disables the user, finds it or prevents it.
   *
   * @param passwordHash the one that was checked.
   * @param instead the session of the same user that it goes on from: its grants go with it.
   * @returns whether it was added.
   */
  add(session: UserSession, passwordHash: string, instead?: string): Promise<boolean>;
  /** Those that are not over, the newest first. */
  listOf(userId: string, now: number): Promise<UserSession[]>;
  remove(ids: readonly string[]): Promise<void>;
}

/** A refresh token that is presented, and what is to become of it. Times are milliseconds since the epoch. */
export interface RefreshTokenUse {
  hash: string;
  clientId: string;
  /**
   * What the new access token is to be for, where the request says it: each of the scopes has to be granted somewhere, and where the resource is named too,
   * one of them there.
   */
  scopes?: readonly string[];
  resource?: string;
  now: number;
  /** The next token, if this use is the one that rotates. With its salt, who presents the token again can be given the same one. */
  successor: { hash: string; salt: string; expiresAt: number };
  /** It is rotated when it expires before this; infinity: always. */
  rotateWhenExpiringBefore: number;
  /** Where it is not rotated, its idle lifetime begins anew: until when, at most. */
  slidesTo?: number;
  /** How long after its first use it still answers its successor, in milliseconds. */
  grace: number;
}

/** What came of it: `rotated`, `repeated` (it had been, moments ago: the salt is that of the same successor), `kept`, or `stolen`: the grant has been ended. */
export type RefreshTokenOutcome =
  { kind: 'rotated' | 'kept' | 'stolen'; grant: UsedGrant } | { kind: 'repeated'; grant: UsedGrant; successorSalt: string };

/** What is needed of a grant to issue something from it. */
export type UsedGrant = Pick<Grant, 'id' | 'userId' | 'clientId' | 'granted' | 'authTime'>;

/** A refresh token as introspection sees it. */
export interface RefreshTokenState {
  grant: UsedGrant;
  /** Milliseconds since the epoch. */
  createdAt: number;
  expiresAt: number;
  /** Not used, expired or revoked, and its user and client are neither gone nor disabled. */
  alive: boolean;
}

export interface RefreshTokenStore {
  /** Uses a refresh token in one atomic statement. Undefined, and nothing is changed, when it may not be used as asked: {@link find} tells why. */
  use(use: RefreshTokenUse): Promise<RefreshTokenOutcome | undefined>;
  find(hash: string, now: number): Promise<RefreshTokenState | undefined>;
}

/** A key that signs tokens, as it is kept. */
export interface SigningKeyRecord {
  kid: string;
  algorithm: SigningAlgorithm;
  /** Its place in the order of the algorithm's keys, from 1. */
  sequence: number;
  publicJwk: PublicSigningKey;
  /** PKCS #8, encrypted. */
  encryptedPrivateKey: Uint8Array<ArrayBuffer>;
  /** The id of the key that it is encrypted with; empty where that is not known. */
  encryptionKeyId: string;
  /** Milliseconds since the epoch. Published before, in use from here on. */
  signsFrom: number;
}

export interface SigningKeyStore {
  /** In the order of their sequence. */
  list(): Promise<SigningKeyRecord[]>;
  /** Adds a key unless one with its algorithm and sequence is there: of several instances that make the next key, one succeeds. True for that one. */
  addIfAbsent(key: SigningKeyRecord): Promise<boolean>;
  /** The same, and removes all earlier keys of the algorithm in the same atomic step. Where the key is not added, nothing is removed. */
  replaceAll(key: SigningKeyRecord): Promise<boolean>;
  /** Puts the same private key in place, encrypted with another key, if it is still encrypted with the one that is named. */
  reseal(kid: string, encryptionKeyId: string, sealed: Pick<SigningKeyRecord, 'encryptedPrivateKey' | 'encryptionKeyId'>): Promise<void>;
  removeBefore(algorithm: SigningAlgorithm, sequence: number): Promise<void>;
}

/** `client` to `signing_key`: something that may be in a cache has changed. The others: what the key names was revoked. */
export type ChangeKind =
  'client' | 'user' | 'resource' | 'consent' | 'signing_key' | 'grant_revoked' | 'token_revoked' | 'client_revoked' | 'user_revoked';

export interface Change {
  kind: ChangeKind;
  /** The id of what changed; `<user id> <client id>` for a consent; empty for kinds that are cached as a whole. */
  key: string;
  /** Milliseconds since the epoch. */
  at: number;
}

export interface ChangeStore {
  /**
   * What has changed since an earlier call. Something may be answered twice, nothing is ever passed over, however late its transaction commits.
   *
   * @param horizon what the earlier call answered; absent: everything that is kept, which is a few hours.
   */
  since(horizon: string | undefined): Promise<{ horizon: string; changes: Change[] }>;
  /** Records the revocation of one access token, by its `jti`. Everything else is recorded by what changes it. */
  addRevokedToken(jti: string, at: number): Promise<void>;
}

/** Something that happened and matters to security, as it is kept. */
export interface RecordedAuditEvent {
  /** Milliseconds since the epoch. */
  at: number;
  type: string;
  requestId?: string;
  clientId?: string;
  userId?: string;
  address?: string;
  details: object;
}

/** Which events are asked for: all that is said has to be true of them. Times are milliseconds since the epoch. */
export interface AuditQuery {
  type?: string | undefined;
  clientId?: string | undefined;
  userId?: string | undefined;
  /** From here on. */
  since?: number | undefined;
  /** Up to here, and not at this time itself. */
  until?: number | undefined;
}

export interface AuditStore {
  /** Adds events, in one statement. */
  append(events: readonly RecordedAuditEvent[]): Promise<void>;
  /** The newest first, those before a given one (`id` is a whole number in decimal). */
  list(query: AuditQuery, page: { before: string | undefined; limit: number }): Promise<(RecordedAuditEvent & { id: string })[]>;
}

/** What may be cleared away once it is old: expired, revoked, or recorded long ago. */
export type Clearable =
  | 'refresh_tokens'
  | 'refresh_tokens_of_revoked_grants'
  | 'grants'
  | 'revoked_grants'
  | 'user_sessions'
  | 'initial_access_tokens'
  | 'audit_events'
  | 'changes';

export interface HousekeepingStore {
  /**
   * Deletes some of what expired, was revoked or was recorded before a time (milliseconds since the epoch), at most `limit`, in one statement.
   * Grants go when none of their refresh tokens is left.
   *
   * @returns how many; fewer than `limit` when there is no more, or somebody else works on the rest.
   */
  clear(what: Clearable, before: number, limit: number): Promise<number>;
}
