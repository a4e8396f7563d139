import type { Database } from '@rolecall/storage/open-database';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { AuditStore } from '../types.ts';

const APPEND = `
INSERT INTO audit_events (at, type, request_id, client_id, user_id, address, details)
SELECT to_timestamp(at / 1000.0), type, "requestId", "clientId", "userId", address, details
FROM jsonb_to_recordset($1::jsonb)
  AS event (at bigint, type text, "requestId" text, "clientId" text, "userId" text, address text, details jsonb)`;

/** What no text in Postgres may hold, as JSON writes it: NUL, and half of a character. */
const NOT_STORABLE = /\\u0000|\\ud[89a-f]/;

export function createAuditStore(prisma: PrismaClient, database: Database): AuditStore {
  return {
    append: async (events) => {
      const json = JSON.stringify(events);
      await database.query(APPEND, [NOT_STORABLE.test(json) ? JSON.stringify(events, storable) : json]);
    },
    list: async ({ type, clientId, userId, since, until }, { before, limit }) => {
      const rows = await prisma.auditEvent.findMany({
        where: {
          ...(type !== undefined && { type }),
          ...(clientId !== undefined && { clientId }),
          ...(userId !== undefined && { userId }),
          at: { ...(since !== undefined && { gte: new Date(since) }), ...(until !== undefined && { lt: new Date(until) }) },
          ...(before !== undefined && { id: { lt: BigInt(before) } }),
        },
        orderBy: { id: 'desc' },
        take: limit,
      });
      return rows.map((row) => ({
        id: String(row.id),
        at: row.at.getTime(),
        type: row.type,
        details: row.details as object,
        ...(row.requestId !== null && { requestId: row.requestId }),
        ...(row.clientId !== null && { clientId: row.clientId }),
        ...(row.userId !== null && { userId: row.userId }),
        ...(row.address !== null && { address: row.address }),
      }));
    },
  };
}

/** The same value, as Postgres takes it. */
function storable(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\uFFFD') : value;
}
