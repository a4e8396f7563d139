import type { Database } from '@rolecall/storage/open-database';
import type { AuditStore } from '../types.ts';

const APPEND = `
INSERT INTO audit_events (at, type, request_id, client_id, user_id, address, details)
SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[])`;

export function createAuditStore(database: Database): AuditStore {
  return {
    append: async (events) => {
      await database.query(APPEND, [
        events.map(({ at }) => new Date(at)),
        events.map(({ type }) => type),
        events.map(({ requestId }) => requestId ?? null),
        events.map(({ clientId }) => clientId ?? null),
        events.map(({ userId }) => userId ?? null),
        events.map(({ address }) => address ?? null),
        events.map(({ details }) => JSON.stringify(details)),
      ]);
    },
  };
}
