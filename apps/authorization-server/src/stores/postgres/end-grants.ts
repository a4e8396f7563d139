import type { Database } from '@rolecall/storage/open-database';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { ByUserOrClient } from '../types.ts';

const BATCH = 1_000;

/**
 * While a user or a client is disabled, everything that was issued for it is dead by that alone. Before it may act again its grants end and its consents go,
 * so that nothing comes back to life: this is part of the transaction that enables it.
 */
export function endGrants(prisma: Pick<PrismaClient, 'grant' | 'consent'>, of: ByUserOrClient, at: number) {
  return [
    prisma.grant.updateMany({ where: { ...of, revokedAt: null }, data: { revokedAt: new Date(at) } }),
    prisma.consent.deleteMany({ where: of }),
  ];
}

/** The same for a client that is disabled and may have millions of grants: so many that one statement would not end in time. */
export async function endGrantsOfClient(database: Database, clientId: string, at: number): Promise<void> {
  await untilNone(
    database,
    `UPDATE grants SET revoked_at = $2 WHERE id IN (SELECT id FROM grants WHERE client_id = $1 AND revoked_at IS NULL LIMIT ${BATCH})`,
    [clientId, new Date(at)],
  );
  await untilNone(database, `DELETE FROM consents WHERE ctid IN (SELECT ctid FROM consents WHERE client_id = $1 LIMIT ${BATCH})`, [
    clientId,
  ]);
}

/** Removes what hangs on a client that is disabled, before the client itself: each statement short, and the whole can be repeated. */
export async function removeGrantsOfClient(database: Database, clientId: string): Promise<void> {
  const grants = `SELECT id FROM grants WHERE client_id = $1 LIMIT ${BATCH}`;
  for (;;) {
    await untilNone(
      database,
      `DELETE FROM refresh_tokens WHERE hash IN (SELECT hash FROM refresh_tokens WHERE grant_id IN (${grants}) LIMIT ${BATCH})`,
      [clientId],
    );
    const removed = await database.query(`DELETE FROM grants WHERE id IN (${grants}) RETURNING 1`, [clientId]);
    if (removed.length === 0) break;
  }
  await untilNone(database, `DELETE FROM consents WHERE ctid IN (SELECT ctid FROM consents WHERE client_id = $1 LIMIT ${BATCH})`, [
    clientId,
  ]);
}

async function untilNone(database: Database, statement: string, parameters: unknown[]): Promise<void> {
  while ((await database.query(`${statement} RETURNING 1`, parameters)).length === BATCH);
}
