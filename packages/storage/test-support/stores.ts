import type {} from '@rolecall/test-services/vitest-config';
import { randomBytes } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import type { Clock } from '../src/clock.ts';
import type { DatabaseLocation } from '../src/database-location.ts';
import { openShortLivedStore } from '../src/open-short-lived-store.ts';
import type { ShortLivedStore } from '../src/short-lived-store.ts';
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
