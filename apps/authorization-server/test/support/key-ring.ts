import type { Clock } from '@rolecall/storage/clock';
import { pino } from 'pino';
import { type KeyRing, openKeyRing } from '../../src/keys/key-ring.ts';
import type { Stores } from '../../src/stores/types.ts';

/** A key ring alone, on these stores; unless it is said, under a key of zeros and for tokens of ten minutes. */
export function openTestKeyRing(
  stores: Pick<Stores, 'signingKeys'>,
  clock: Clock,
  changes: Partial<Parameters<typeof openKeyRing>[0]> = {},
): Promise<KeyRing> {
  return openKeyRing({
    store: stores.signingKeys,
    clock,
    encryptionKeys: [new Uint8Array(32)],
    tokenLifetimeSeconds: 600,
    logger: pino({ level: 'silent' }),
    audit: { record: () => {} },
    ...changes,
  });
}
