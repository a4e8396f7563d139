import type { Database } from '@rolecall/storage/open-database';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { AuditStore } from '../types.ts';

const APPEND = `
INSERT INTO audit_events (at, type, request_id, client_id, user_id, address, details)
SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[])`;

export function createAuditStore(prisma: PrismaClient, database: Database): AuditStore {
  return {
    append: async (events) => {
      await database.query(APPEND, [
        events.map(({ at }) => new Date(at)),
        events.map(({ type }) => type),
        events.map(({ requestId }) => requestId ?? null),
        events.map(({ clientId }) => (clientId === undefined ? null : storable(clientId))),
        events.map(({ userId }) => (userId === undefined ? null : storable(userId))),
        events.map(({ address }) => address ?? null),
        events.map(({ details }) =>
          JSON.stringify(details, (_name, value: unknown) => (typeof value === 'string' ? storable(value) : value)),
        ),
      ]);
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

/** Text that Postgres takes: no NUL, no half of a character. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}
