import type { GrantedScopes } from '../stores/types.ts';

/** The client whose administrator did it, where one did. */
interface ByAdministrator {
  administrator?: string;
}

/** Everything that matters to security, by type, with what is written down of it: never a secret, a code or a token. */
export interface AuditEventDetails {
  login: object;
  login_failed: { reason: 'wrong' | 'throttled' };
  logout: object;
  /** All sessions of a user were ended. */
  logout_everywhere: object;
  signed_up: object;
  password_changed: ByAdministrator;
  consent_given: { scopes: readonly string[]; refused: readonly string[] };
  consent_refused: object;
  /** A user took back what a client had been allowed: all of it, or at one resource. */
  consent_withdrawn: { resource?: string };
  code_issued: { grant: string; granted: readonly GrantedScopes[] };
  code_redeemed: { grant: string };
  code_replayed: { grant: string };
  token_refreshed: { grant: string };
  /** A refresh token that had been rotated was used again: its grant has been ended. */
  refresh_token_reused: { grant: string };
  token_revoked: { grant?: string; token_type: 'access_token' | 'refresh_token' };
  /** Ended by a user or an administrator. */
  grant_revoked: ByAdministrator & { grant: string };
  client_authentication_failed: { method: string; reason: string };
  client_registered: { initialAccessToken?: string };
  client_added: ByAdministrator;
  client_changed: ByAdministrator & { members?: readonly string[] };
  client_disabled: ByAdministrator;
  client_enabled: ByAdministrator;
  client_removed: ByAdministrator;
  client_secret_added: ByAdministrator & { secret_id: string };
  client_secret_removed: ByAdministrator & { secret_id: string };
  initial_access_token_added: ByAdministrator & { token_id: string };
  initial_access_token_removed: ByAdministrator & { token_id: string };
  user_added: ByAdministrator;
  user_changed: ByAdministrator;
  user_disabled: ByAdministrator;
  user_enabled: ByAdministrator;
  user_removed: ByAdministrator;
  resource_changed: ByAdministrator & { resource: string };
  resource_removed: ByAdministrator & { resource: string };
  /** A key was made that signs from then on (milliseconds since the epoch). `immediately`: the keys before it are dead, with all that they signed. */
  key_rotated: ByAdministrator & { kid: string; algorithm: string; by: 'time' | 'command'; signsFrom: number; immediately: boolean };
  configuration_exported: ByAdministrator & { users: boolean };
  configuration_imported: ByAdministrator & { clients: number; resources: number; users: number };
  /** A hook refused to let a token be issued. */
  issuance_vetoed: { reason: string; grantType: string; resource: string };
}

/** One event: its type, whom it is about, and its own details. */
export type AuditEvent = {
  [Type in keyof AuditEventDetails]: { type: Type; clientId?: string; userId?: string } & AuditEventDetails[Type];
}[keyof AuditEventDetails];
