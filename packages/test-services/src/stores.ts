import { randomBytes } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import type { Clock } from '@rolecall/storage/clock';
import type { DatabaseLocation } from '@rolecall/storage/database-location';
import { openShortLivedStore } from '@rolecall/storage/open-short-lived-store';
import type { ShortLivedStore } from '@rolecall/storage/short-lived-store';
import { inject } from 'vitest';

/** A database that no other test sees, of the kind that this run works on. */
export async function testDatabaseLocation(): Promise<DatabaseLocation> {
  if (inject('stores') === 'services')
    return { kind: 'postgres', url: inject('databaseUrl'), schema: `test_${randomBytes(6).toString('hex')}` };
  return { kind: 'embedded', directory: 'memory://', loadDataDir: await openAsBlob(inject('emptyDatabase')) };
}

/** A short-lived store that no other test sees, of the kind that this run works on. */
export function openTestShortLivedStore(clock?: Clock): Promise<ShortLivedStore> {
  return openShortLivedStore({
    redisUrl: inject('stores') === 'services' ? inject('redisUrl') : undefined,
    keyPrefix: `test-${randomBytes(6).toString('hex')}:`,
    clock,
  });
}
