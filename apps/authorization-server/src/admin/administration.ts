import type { Clock } from '@rolecall/storage/clock';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Revocations } from '../revocation/revocations.ts';
import type { Stores } from '../stores/types.ts';

/** What the operations work with. */
export interface Administration {
  issuer: string;
  stores: Stores;
  revocations: Revocations;
  audit: AuditLog;
  clock: Clock;
}
