import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFailureThrottle } from '../src/throttle/failure-throttle.ts';
import { type Browser, openBrowser } from './support/browser.ts';
import { authorizeUrl, logIn, open } from './support/flow.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

const KNOWN = 'rolecall-known-browser';

describe('throttling of logins', () => {
  let own: TestServer;
  beforeEach(async () => {
    own = await startTestServer();
  });
  afterEach(() => own.close());

  const atLogin = async (address?: string, cookies: [string, string][] = []): Promise<Browser> => {
    const browser = openBrowser(own.app, address);
    for (const [name, value] of cookies) browser.cookies.set(name, value);
    await open(browser, authorizeUrl());
    return browser;
  };
  /** Logs alice in and answers what her browser is known by. */
  const knownBrowserOfAlice = async (): Promise<[string, string]> => {
    const browser = await atLogin();
    await logIn(browser);
    return [KNOWN, browser.cookies.get(KNOWN) as string];
  };
  /** Nine guesses from each of so many addresses. */
  const guessFromEverywhere = async (username: string, addresses: number): Promise<void> => {
    for (let address = 1; address <= addresses; address++) {
      const browser = await atLogin(`198.51.100.${address}`);
      for (let guess = 0; guess < 9; guess++) await logIn(browser, username, 'wrong');
    }
  };

  it('AS-GEN-13 SEC-46: after ten failures it asks to wait, from there; alice still gets in from elsewhere', async () => {
    const attacker = openBrowser(own.app);
    await open(attacker, authorizeUrl());
    for (let count = 1; count <= 9; count++) expect((await logIn(attacker, 'alice', 'wrong')).status).toBe(400);
    const tenth = await logIn(attacker, 'alice', 'wrong');
    expect(tenth.status).toBe(429);
    expect(Number(tenth.headers['retry-after'])).toBeGreaterThan(0);
    expect((await logIn(attacker)).status).toBe(429);
    // A forged address does not help: no proxy is trusted here.
    expect(
      (
        await attacker.post(
          '/login',
          { ...attacker.hiddenFields(), username: 'alice', password: 'wonderland' },
          { 'x-forwarded-for': '203.0.113.9' },
        )
      ).status,
    ).toBe(429);

    const elsewhere = openBrowser(own.app, '203.0.113.9');
    await open(elsewhere, authorizeUrl());
    expect((await logIn(elsewhere)).body).toContain('Allow Sample client?');

    own.clock.advance(16 * 60);
    expect((await logIn(attacker)).body).toContain('Allow Sample client?');
  });

  it('AS-GEN-13: of a burst of guesses no more are looked at than one after the other, the right one included', async () => {
    const attacker = openBrowser(own.app);
    await open(attacker, authorizeUrl());
    const fields = attacker.hiddenFields();
    const guesses = [...Array.from({ length: 39 }, (_, index) => `guess-${index}`), 'wonderland'];
    const answers = await Promise.all(guesses.map((password) => attacker.post('/login', { ...fields, username: 'alice', password })));
    expect(answers.filter((answer) => answer.status === 400)).toHaveLength(9);
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(31);
  });

  it('AS-GEN-13: a success takes earlier failures back, and the wait ends with the window of the first', async () => {
    const browser = openBrowser(own.app);
    await open(browser, authorizeUrl());
    for (let count = 0; count < 8; count++) await logIn(browser, 'alice', 'wrong');
    await logIn(browser);
    const stranger = openBrowser(own.app);
    await open(stranger, authorizeUrl());
    for (let count = 0; count < 8; count++) expect((await logIn(stranger, 'alice', 'wrong')).status).toBe(400);
    own.clock.advance(800);
    await logIn(stranger, 'alice', 'wrong');
    const blocked = await logIn(stranger, 'alice', 'wrong');
    expect(blocked.status).toBe(429);
    expect(Number(blocked.headers['retry-after'])).toBeLessThanOrEqual(100);
  });

  it('SEC-46: many accounts from one address are too many too, and one IPv6 network is one address', async () => {
    const throttle = createFailureThrottle({ store: own.shortLived, clock: own.clock, name: 'test', limit: 3, windowSeconds: 60 });
    await throttle.failed('', '2001:db8::1');
    await throttle.failed('', '2001:db8:0:0:ffff::2');
    expect(await throttle.failed('', '2001:db8::3')).toBe(60);
    expect(throttle.retryAfter('', '2001:db8:0:0:1:2:3:4')).toBe(60);
    expect(throttle.retryAfter('', '2001:db8:0:1::1')).toBe(0);
    expect(throttle.retryAfter('', '192.0.2.1')).toBe(0);
  });

  it('AS-GEN-13 SEC-46: guesses from many addresses make strange browsers wait, and not the one that alice uses', async () => {
    const known = await knownBrowserOfAlice();
    await guessFromEverywhere('alice', 12);
    expect((await logIn(await atLogin('203.0.113.1'))).status).toBe(429);
    expect((await logIn(await atLogin('203.0.113.1', [known]))).body).toContain('Allow Sample client?');
    // Her success does not help those who guess.
    expect((await logIn(await atLogin('203.0.113.2'))).status).toBe(429);
    // Nor does hers help another account, or another account her.
    expect((await logIn(await atLogin('203.0.113.3'), 'bob', 'builder')).body).toContain('Allow Sample client?');
    own.clock.advance(3_601);
    expect((await logIn(await atLogin('203.0.113.1'))).body).toContain('Allow Sample client?');
  });

  it('SEC-46: one address alone cannot make all others wait, however often it tries', async () => {
    const attacker = await atLogin('198.51.100.1');
    for (let guess = 0; guess < 120; guess++) await logIn(attacker, 'alice', 'wrong');
    expect((await logIn(await atLogin('203.0.113.1'))).body).toContain('Allow Sample client?');
  });

  it('SEC-46: who guesses from where alice is does not stop her either', async () => {
    const known = await knownBrowserOfAlice();
    const neighbour = await atLogin();
    for (let guess = 0; guess < 12; guess++) await logIn(neighbour, 'alice', 'wrong');
    expect((await logIn(await atLogin())).status).toBe(429);
    expect((await logIn(await atLogin(undefined, [known]))).body).toContain('Allow Sample client?');
  });

  it('AS-GEN-13: a stolen cookie of a known browser is no way around: it has its own few guesses, and then counts as a strange one', async () => {
    const known = await knownBrowserOfAlice();
    await guessFromEverywhere('alice', 12);
    const answers: number[] = [];
    for (let guess = 0; guess < 12; guess++)
      answers.push((await logIn(await atLogin(`203.0.113.${guess}`, [known]), 'alice', 'wrong')).status);
    expect(answers).toEqual([...Array<number>(9).fill(400), 429, 429, 429]);
    expect((await logIn(await atLogin('203.0.113.99', [known]))).status).toBe(429);
  });

  it('AS-GEN-13: a browser that is known to bob is strange to alice, and a made-up cookie is nothing', async () => {
    const bob = await atLogin();
    await logIn(bob, 'bob', 'builder');
    const known = bob.cookies.get(KNOWN) as string;
    await guessFromEverywhere('alice', 12);
    for (const value of [known, `${known.slice(0, -1)}${known.endsWith('A') ? 'B' : 'A'}`, 'x'.repeat(65), '.', 'x'.repeat(4_000), ''])
      expect((await logIn(await atLogin('203.0.113.1', [[KNOWN, value]]))).status).toBe(429);
  });

  it('a browser is known to the last five accounts that were logged in to, and says whose it is to nobody', async () => {
    const browser = await atLogin();
    for (const [name, password] of [
      ['alice', 'wonderland'],
      ['bob', 'builder'],
      ['alice', 'wonderland'],
    ] as const) {
      const response = await logIn(browser, name, password);
      expect(response.status).toBe(200);
      own.clock.advance(1);
      await open(browser, authorizeUrl({ prompt: 'login' }));
    }
    const login = browser.responses.findLast(({ headers }) => String(headers['set-cookie']).includes(KNOWN));
    expect(String(login?.headers['set-cookie'])).toMatch(
      /rolecall-known-browser=[A-Za-z0-9_.-]{131}; Max-Age=34560000; Path=\/; HttpOnly; SameSite=Lax/,
    );
    expect(browser.cookies.get(KNOWN)?.split('.')).toHaveLength(2);
  });

  it('SEC-46: behind a trusted proxy it is the address that the proxy saw that counts', async () => {
    const behind = await startTestServer({ TRUSTED_PROXIES: '127.0.0.1' });
    const attempt = async (forwarded: string, password: string) => {
      const browser = openBrowser(behind.app);
      await open(browser, authorizeUrl());
      const form = { ...browser.hiddenFields(), username: 'alice', password };
      return (await browser.post('/login', form, { 'x-forwarded-for': forwarded })).status;
    };
    // What the caller says before the proxy adds what it saw changes nothing.
    for (let guess = 0; guess < 10; guess++) await attempt(`192.0.2.${guess}, 198.51.100.7`, 'wrong');
    expect(await attempt('192.0.2.77, 198.51.100.7', 'wonderland')).toBe(429);
    expect(await attempt('198.51.100.8', 'wonderland')).toBe(303);
    await behind.close();
  });

  it('SEC-46 SEC-32: a failure is written down with its address, and never with what was typed', async () => {
    await logIn(await atLogin('203.0.113.7'), 'my-password-in-the-wrong-field', 'another-secret');
    expect(own.logged()).toMatch(/"audit":\{"type":"login_failed".*"address":"203\.0\.113\.7"/);
    expect(own.logged()).not.toMatch(/my-password-in-the-wrong-field|another-secret/);
  });
});
