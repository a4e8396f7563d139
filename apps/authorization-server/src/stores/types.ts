import type { PublicSigningKey } from '@rolecall/contracts/jwks';

/** What is kept for good, as the features see it. One adapter (Prisma) serves Postgres and the embedded Postgres alike. */
export interface Stores {
  users: UserStore;
  clients: ClientStore;
  resources: ResourceStore;
  consents: ConsentStore;
  grants: GrantStore;
  signingKeys: SigningKeyStore;
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
  /** Adds a user, or leaves the one of that name as it is. */
  addIfAbsent(user: Omit<User, 'disabled'>): Promise<void>;
  setPasswordHash(id: string, passwordHash: string): Promise<void>;
  setDisabled(id: string, disabled: boolean): Promise<void>;
}

export type TokenEndpointAuthMethod = 'client_secret_basic' | 'client_secret_post' | 'none';

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
  /** False where nobody vouches for the name that the client gave itself. */
  verified: boolean;
  disabled: boolean;
  secrets: readonly ClientSecret[];
}

export interface ClientSecret {
  /** SHA-256 of the secret, base64url. */
  hash: string;
  /** Milliseconds since the epoch; absent: never. */
  expiresAt?: number;
}

export interface ClientStore {
  find(id: string): Promise<Client | undefined>;
  /** Adds the client, or replaces all of it but the secrets, to which the given ones are added. */
  save(client: Client): Promise<void>;
}

/** A protected resource (RFC 8707) and the scopes that mean something there. */
export interface Resource {
  identifier: string;
  name: string;
  scopes: readonly { name: string; description: string }[];
}

export interface ResourceStore {
  /** All of them, the oldest first. */
  list(): Promise<Resource[]>;
  save(resource: Resource): Promise<void>;
}

export interface ConsentStore {
  /** The scopes that the user has agreed to, by resource identifier. */
  find(userId: string, clientId: string): Promise<ReadonlyMap<string, ReadonlySet<string>>>;
  /** Adds scopes to what was agreed to at a resource. */
  add(userId: string, clientId: string, resource: string, scopes: readonly string[]): Promise<void>;
}

/** What one authorization gave: one user, one client, its scopes and resources. */
export interface Grant {
  id: string;
  userId: string;
  clientId: string;
  scopes: readonly string[];
  resources: readonly string[];
  /** Milliseconds since the epoch. */
  createdAt: number;
}

export interface GrantStore {
  /**
   * Records a grant, in one atomic step. True for exactly one caller; false when it is there already, or when its user or client is gone or disabled.
   */
  create(grant: Grant): Promise<boolean>;
  /** Ends a grant for good, if there is one. `at` is in milliseconds since the epoch. */
  revoke(id: string, at: number): Promise<void>;
  isRevoked(id: string): Promise<boolean>;
}

/** A key that signs tokens, as it is kept. */
export interface SigningKeyRecord {
  kid: string;
  /** Its place in the order of keys, from 1. */
  sequence: number;
  algorithm: 'ES256';
  publicJwk: PublicSigningKey;
  /** PKCS #8, encrypted. */
  encryptedPrivateKey: Uint8Array<ArrayBuffer>;
  /** Milliseconds since the epoch. Published before, in use from here on. */
  signsFrom: number;
}

export interface SigningKeyStore {
  /** In the order of their sequence. */
  list(): Promise<SigningKeyRecord[]>;
  /** Adds a key unless one with its sequence is there: of several instances that make the next key, one succeeds. */
  addIfAbsent(key: SigningKeyRecord): Promise<void>;
  removeBefore(sequence: number): Promise<void>;
}
