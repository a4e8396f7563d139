import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nameOf, pactsOf } from './pact-file.ts';
import { type Change, type Provider, verify, type Verified } from './verify.ts';

/** A test for each interaction of each pact with a provider. @param start starts the provider, alone. */
export function describeContracts(provider: string, start: () => Promise<Provider>): void {
  describe.each(pactsOf(provider).map((pact) => [pact.consumer.name, pact] as const))(`what the %s relies on`, (_consumer, pact) => {
    let running: Provider;
    let verified: Verified[];
    beforeAll(async () => {
      running = await start();
      verified = await verify(running, pact);
    });
    afterAll(() => running?.close());

    it.each(pact.interactions.map(nameOf))('%s', (name) => {
      expect(verified.find((each) => each.name === name)?.mismatches).toEqual([]);
    });
  });
}

/** A change of what a provider says, and the descriptions of the interactions that it breaks. */
export interface Breach extends Change {
  what: string;
  breaks: readonly string[];
}

/** A test for each breach: the contracts notice it, and the interactions that are named fail. Those same hold where nothing is changed. */
export function describeBreaches(provider: string, start: () => Promise<Provider>, breaches: readonly Breach[]): void {
  describe(`contracts notice what the ${provider} does otherwise`, () => {
    let running: Provider;
    beforeAll(async () => {
      running = await start();
    });
    afterAll(() => running?.close());

    const failedOf = async (descriptions: readonly string[], change?: Change) => {
      const failed: string[] = [];
      for (const pact of pactsOf(provider)) {
        const concerned = pact.interactions.filter(({ description }) => descriptions.includes(description));
        if (concerned.length === 0) continue;
        const verified = await verify(running, { ...pact, interactions: concerned }, change);
        failed.push(...concerned.filter((_, index) => verified[index]?.mismatches.length !== 0).map(({ description }) => description));
      }
      return failed.sort();
    };

    it('and find nothing in what it does', async () => {
      expect(await failedOf(breaches.flatMap(({ breaks }) => breaks))).toEqual([]);
    });

    it.each(breaches)('$what', async ({ breaks, ...change }) => {
      expect(await failedOf(breaks, change)).toEqual([...breaks].sort());
    });
  });
}
