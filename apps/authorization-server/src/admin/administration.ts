import type { Clock } from '@rolecall/storage/clock';
import type { AuditLog } from '../audit/audit-log.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { HashingQueue } from '../login/hashing-queue.ts';
import type { Revocations } from '../revocation/revocations.ts';
import type { UserSessions } from '../sessions/user-sessions.ts';
import type { Stores } from '../stores/types.ts';

/** What the operations work with. */
export interface Administration {
  issuer: string;
  stores: Stores;
  revocations: Revocations;
  keyRing: KeyRing;
  userSessions: UserSessions;
  hashingQueue: HashingQueue;
  audit: AuditLog;
  clock: Clock;
}
