import { randomBytes } from 'node:crypto';
import { freePort } from '@rolecall/test-services/free-ports';
import { beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from './support/browser.ts';
import { authorizeUrl, expectError, getCode, type Reachable, redeem, refresh, responseParameters } from './support/flow.ts';
import { processStores, type Running, startAndListen } from './support/process.ts';
import { remote } from './support/remote.ts';

const AT_ONCE = 32;

describe('two processes on one Postgres and one Redis', () => {
  const environment: Record<string, string> = { KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64url'), LOG_LEVEL: 'warn' };
  beforeAll(() => {
    Object.assign(environment, processStores(`test_${randomBytes(6).toString('hex')}`));
  });

  async function start(): Promise<Running> {
    return startAndListen({ ...environment, PORT: String(await freePort()), ISSUER: 'http://localhost:4000' });
  }

  /** As many codes as are asked for, of one person who is logged in and has agreed. */
  async function codes(server: Reachable, count: number): Promise<string[]> {
    const browser = openBrowser(server.app);
    const all = [await getCode(server, {}, browser)];
    while (all.length < count) all.push(responseParameters(await browser.get(authorizeUrl())).get('code') as string);
    return all;
  }

  it('SEC-01 SEC-02: one success for a code, one successor for a refresh token', { timeout: 60_000 }, async () => {
    const both = remote([await start(), await start()].map(({ url }) => url));
    for (const code of await codes(both, 10)) {
      const responses = await Promise.all(Array.from({ length: AT_ONCE }, () => redeem(both, code)));
      expect(responses.filter((response) => response.statusCode === 200)).toHaveLength(1);
    }
    const [code] = (await codes(both, 1)) as [string];
    let token = (await redeem(both, code)).json().refresh_token as string;
    for (let round = 0; round < 10; round++) {
      const responses = await Promise.all(Array.from({ length: AT_ONCE }, () => refresh(both, token)));
      const successors = new Set(responses.map((response) => response.json().refresh_token as string));
      expect(successors.size).toBe(1);
      [token] = [...successors] as [string];
    }
  });

  it('SEC-50 SEC-51: killed while it redeems, it leaves no code that is good twice', { timeout: 120_000 }, async () => {
    const survivor = await start();
    let [answered, refused, redeemedLater] = [0, 0, 0];
    for (let kill = 0; kill < 5; kill++) {
      const victim = await start();
      const all = await codes(remote([survivor.url]), 100);
      let finished = 0;
      const first = all.map((code) =>
        redeem(remote([victim.url]), code).then(
          (response) => {
            if (++finished === 20) victim.child.kill('SIGKILL');
            return response.statusCode;
          },
          () => undefined,
        ),
      );
      const results = await Promise.all(first);
      await victim.exit;
      for (const [index, code] of all.entries()) {
        const again = await redeem(remote([survivor.url]), code);
        if (results[index] === 200) {
          answered++;
          expectError(again, 400, 'invalid_grant');
        } else if (again.statusCode === 200) redeemedLater++;
        else refused++;
      }
    }
    // It was killed in the middle: some had their answer, for some it came too early.
    expect(answered).toBeGreaterThan(0);
    expect(refused + redeemedLater).toBeGreaterThan(0);
    expect(answered + refused + redeemedLater).toBe(500);
  });
});
