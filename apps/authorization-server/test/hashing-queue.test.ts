import { describe, expect, it, onTestFinished } from 'vitest';
import { createHashingQueue } from '../src/login/hashing-queue.ts';
import { openBrowser } from './support/browser.ts';
import { authorizeUrl, open, postToken } from './support/flow.ts';
import { startTestServer } from './support/test-server.ts';

describe('the queue for password hashes', () => {
  it('SEC-48: runs so many at once, lets so many wait, and refuses the rest before they have begun', async () => {
    const queue = createHashingQueue(2);
    const finish = Promise.withResolvers<void>();
    let running = 0;
    let begun = 0;
    const attempts = Array.from({ length: 200 }, () =>
      queue((hashing) => {
        begun += 1;
        return hashing(async () => {
          running += 1;
          await finish.promise;
        });
      }),
    );
    const settled = Promise.allSettled(attempts);
    await Promise.resolve();
    await Promise.resolve();
    expect({ begun, running }).toEqual({ begun: 130, running: 2 });
    finish.resolve();
    const refused = (await settled).filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(70);
    // And when it has emptied, it is open again.
    await expect(queue((hashing) => hashing(async () => 'done'))).resolves.toBe('done');
  });

  it('a hash that fails gives its place back', async () => {
    const queue = createHashingQueue(1);
    for (let attempt = 0; attempt < 100; attempt++) await expect(queue(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(queue((hashing) => hashing(async () => 'done'))).resolves.toBe('done');
  });

  it('SEC-48: of 200 logins at once the queue takes what it can, 503 asks the rest to come back, and tokens are issued meanwhile', async () => {
    const server = await startTestServer();
    onTestFinished(() => server.close());
    const browser = openBrowser(server.app);
    await open(browser, authorizeUrl());
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const fields = browser.hiddenFields();
    let answered = 0;
    const logins = Array.from({ length: 200 }, async (_, index) => {
      const response = await server.app.inject({
        method: 'POST',
        url: '/login',
        remoteAddress: `198.51.100.${index}`,
        headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams({ ...fields, username: `user-${index}`, password: 'x' }).toString(),
      });
      answered += response.statusCode === 503 ? 0 : 1;
      return response;
    });
    const tokens = await Promise.all(
      Array.from({ length: 20 }, () =>
        postToken(server, { grant_type: 'client_credentials', client_id: 'sample-service', client_secret: 'sample-service-secret' }),
      ),
    );
    const answeredBeforeTokens = answered;
    expect(tokens.map(({ statusCode }) => statusCode)).toEqual(Array<number>(20).fill(200));
    const responses = await Promise.all(logins);
    const refused = responses.filter(({ statusCode }) => statusCode === 503);
    expect(refused.length).toBeGreaterThan(0);
    // The tokens did not have to wait until all those who were there first had been looked at.
    expect(answeredBeforeTokens).toBeLessThan(200 - refused.length);
    expect(responses.filter(({ statusCode }) => statusCode === 400)).toHaveLength(200 - refused.length);
    for (const response of refused) {
      expect(response.headers['retry-after']).toBe('2');
      expect(response.headers['content-type']).toMatch(/^text\/html/);
    }
  });
});
