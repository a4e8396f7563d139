import type { Logger } from 'pino';
import type { Revocations } from '../revocation/revocations.ts';
import { cachedStores } from '../stores/cached.ts';
import type { Stores } from '../stores/types.ts';
import { type ChangeFeed, openChangeFeed } from './change-feed.ts';

/** Caches, keys and what is known of revocations, kept up with the database. */
export async function followChanges(
  { stores, logger }: { stores: Stores; logger: Logger },
  revocations: Revocations,
  onSigningKeys: () => void,
): Promise<{ changeFeed: ChangeFeed; stores: Stores }> {
  let feed: ChangeFeed | undefined = undefined;
  const cached = cachedStores(stores, { isCurrent: () => feed?.isCurrent() ?? false, generation: () => feed?.generation() ?? 0 });
  feed = await openChangeFeed({
    store: stores.changes,
    logger,
    onGap: () => {
      cached.forgetAll();
      onSigningKeys();
    },
    onChanges: (changes) => {
      cached.forget(changes);
      changes.forEach(revocations.learn);
      if (changes.some(({ kind }) => kind === 'signing_key')) onSigningKeys();
    },
  });
  return { changeFeed: feed, stores: cached.stores };
}
