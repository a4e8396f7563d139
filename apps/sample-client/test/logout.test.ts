import { describe, expect, it } from 'vitest';
import { startClient } from './support/client.ts';

async function connected() {
  const client = await startClient();
  await client.browser.connect();
  await client.browser.follow();
  return client;
}

describe('logging out of this client', () => {
  it('ends the session on this side, removes the cookie and says so', async () => {
    const { app, browser } = await connected();
    const stolen = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await browser.submit('/logout');
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/logged-out']);
    expect(answer.headers['set-cookie']).toMatch(/^rolecall-sample-client=; .*(Max-Age=0|Expires=Thu, 01 Jan 1970)/);
    expect(browser.cookies.size).toBe(0);
    const replayed = await app.inject({ url: '/notes', headers: { cookie: stolen } });
    expect(replayed.headers.location).toBe('/');
    const page = await browser.follow();
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('You are logged out');
  });

  it('C-BFF-03: is not done for a form without this session’s token, nor by a link', async () => {
    const { browser } = await connected();
    expect((await browser.post('/logout', {})).statusCode).toBe(403);
    expect((await browser.get('/logout')).statusCode).toBe(405);
    expect((await browser.get('/notes')).statusCode).toBe(200);
  });

  it('leaves the sessions of other browsers alone', async () => {
    const { browser, otherBrowser } = await connected();
    const other = otherBrowser();
    await other.connect();
    await browser.submit('/logout');
    expect((await other.get('/notes')).statusCode).toBe(200);
  });

  it('a session that was not used for twelve hours, or is two weeks old, is over', async () => {
    const { browser, clock } = await connected();
    clock.advance(12 * 3_600 + 1);
    expect((await browser.get('/notes')).headers.location).toBe('/');
    await browser.connect();
    expect((await browser.get('/')).headers.location).toBe('/notes');
    for (let hours = 0; hours < 14 * 24; hours += 6) {
      await browser.get('/');
      clock.advance(6 * 3_600);
    }
    expect((await browser.get('/')).statusCode).toBe(200);
  });
});
