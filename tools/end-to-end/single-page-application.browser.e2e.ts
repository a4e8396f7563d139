import type { Browser, BrowserContext, Page, Request } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openBrowser } from './support/browser.ts';
import { type Ecosystem, startEcosystem } from './support/ecosystem.ts';
import { addNote, decide, logIn, noteTitles } from './support/person.ts';

let ecosystem: Ecosystem;
let browser: Browser;
beforeAll(async () => {
  [ecosystem, browser] = await Promise.all([startEcosystem(), openBrowser()]);
});
afterAll(async () => {
  await Promise.all([browser.close(), ecosystem.stop()]);
});

describe('the single-page application', () => {
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  let requests: Request[];
  let spa: string;
  beforeEach(async () => {
    [complaints, requests] = [[], []];
    spa = `${ecosystem.addresses.client}/spa`;
    context = await browser.newContext();
    page = await context.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(request));
  });
  afterEach(async () => {
    await context.close();
    expect(complaints.filter((text) => /Content Security Policy|refused to|trusted|TypeError/i.test(text))).toEqual([]);
  });

  /** Who has allowed it before is asked again: it cannot prove who it is. */
  async function connect(username: string, password: string): Promise<void> {
    await page.goto(spa);
    await page.getByRole('button', { name: 'Connect to your notes' }).click();
    await logIn(page, username, password);
    await decide(page, 'Allow');
    await page.getByRole('heading', { name: 'Your notes', exact: true }).waitFor();
  }

  const tokenRequests = () => requests.filter((request) => request.url() === `${ecosystem.addresses.issuer}/token`);

  it('C-BFF-05: alice connects with PKCE and no secret, adds and deletes a note', async () => {
    await connect('alice', 'wonderland');
    const asked = new URL((requests.find((request) => request.url().includes('/authorize?')) as Request).url()).searchParams;
    expect(Object.fromEntries(asked)).toEqual({
      response_type: 'code',
      client_id: 'sample-spa',
      redirect_uri: `${spa}/callback`,
      scope: 'notes:read notes:write',
      state: expect.stringMatching(/^.{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      resource: ecosystem.addresses.resource,
    });
    const [exchange, ...others] = tokenRequests();
    expect(others).toEqual([]);
    expect(exchange?.headers()).not.toHaveProperty('authorization');
    expect(exchange?.headers()).not.toHaveProperty('cookie');
    expect([...new URLSearchParams(exchange?.postData() ?? '').keys()].sort()).toEqual(
      ['client_id', 'code', 'code_verifier', 'grant_type', 'redirect_uri', 'resource'].sort(),
    );

    await addNote(page, 'White rabbit', '<img src=x onerror=alert(1)>');
    await page.getByText('Added: White rabbit').waitFor();
    expect(await page.locator('#notes h3').allTextContents()).toEqual(['White rabbit']);
    expect(await page.locator('#notes .written').innerText()).toBe('<img src=x onerror=alert(1)>');
    await page.getByRole('button', { name: 'Delete the note: White rabbit' }).click();
    await page.getByText('You have no notes yet.').waitFor();
    expect(await noteTitles(page)).toEqual([]);
    expect(await page.evaluate('document.activeElement.id')).toBe('notes-title');
  });

  it('C-BFF-05: leaves no code in the address, and no token anywhere that outlives the page', async () => {
    await connect('alice', 'wonderland');
    expect(page.url()).toBe(spa);
    await page.goBack();
    expect(page.url()).not.toContain('code=');
    await page.goForward();
    const kept = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, history.state, name])');
    expect(kept).toBe('[{},{},"",null,""]');
    await page.goto(spa);
    await page.getByRole('button', { name: 'Connect to your notes' }).waitFor();
    expect(await page.locator('#connected').isVisible()).toBe(false);
    const cookies = await context.cookies(ecosystem.addresses.client);
    expect(JSON.stringify(cookies)).not.toMatch(/rc_(at|rt)_|eyJ/);
  });

  it('C-BFF-05: renews its access with a refresh token that rotates, and gives it back at the end', async () => {
    await connect('bob', 'builder');
    const answers = page.waitForResponse(`${ecosystem.addresses.issuer}/token`);
    await page.getByRole('button', { name: 'Renew the access' }).click();
    const renewed = (await (await answers).json()) as { refresh_token: string };
    await page.getByText('The access was renewed.').waitFor();
    const [, refresh] = tokenRequests().map((request) => new URLSearchParams(request.postData() ?? ''));
    expect(refresh?.get('grant_type')).toBe('refresh_token');
    expect(renewed.refresh_token).not.toBe(refresh?.get('refresh_token'));
    expect(await page.locator('#renewals').innerText()).toBe('1');
    await addNote(page, 'Can we fix it?');
    await page.getByText('Added: Can we fix it?').waitFor();

    await page.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByText('You are disconnected.').waitFor();
    expect(requests.at(-1)?.url()).toBe(`${ecosystem.addresses.issuer}/revoke`);
    const again = await fetch(`${ecosystem.addresses.issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'sample-spa', refresh_token: renewed.refresh_token }),
    });
    expect([again.status, await again.json()]).toMatchObject([400, { error: 'invalid_grant' }]);
  });

  it('C-CB-01 C-CB-02: takes no answer that it did not ask for, from this tab and from this server', async () => {
    const answer = (parameters: Record<string, string>) => page.goto(`${spa}/callback?${new URLSearchParams(parameters)}`);
    await answer({ code: 'stolen', state: 'made-up', iss: ecosystem.addresses.issuer });
    await page.getByRole('alert').getByText('That did not work').waitFor();
    for (const wrong of [{ iss: 'https://evil.example' }, { state: 'other' }, { error: 'access_denied' }, { iss: '' }]) {
      await page.goto(spa);
      const leaving = page.waitForRequest((request) => request.url().includes('/authorize?'));
      await page.getByRole('button', { name: 'Connect to your notes' }).click();
      const state = new URL((await leaving).url()).searchParams.get('state') ?? '';
      // It has left before the answer comes: of two navigations under way the other one could win.
      await page.waitForURL(`${ecosystem.addresses.issuer}/**`);
      await answer({ code: 'stolen', state, iss: ecosystem.addresses.issuer, ...wrong });
      await page.locator('#problem:not([hidden])').waitFor();
      expect(page.url()).toBe(spa);
    }
    expect(tokenRequests()).toEqual([]);
  });

  it('says that alice did not allow it', async () => {
    await page.goto(spa);
    await page.getByRole('button', { name: 'Connect to your notes' }).click();
    await logIn(page, 'alice', 'wonderland');
    await decide(page, 'Deny');
    await page.getByRole('alert').getByText('You did not allow access').waitFor();
    await page.getByRole('button', { name: 'Connect to your notes' }).waitFor();
  });

  it('can be used with the keyboard alone, and fits a phone', async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    await page.goto(spa);
    await page.locator('#app[data-ready]').waitFor();
    await page.getByRole('button', { name: 'Connect to your notes' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('#username:focus').waitFor();
    await page.keyboard.type('alice');
    await page.keyboard.press('Tab');
    await page.keyboard.type('wonderland');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Allow', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.locator('#notes-title:focus').waitFor();
    await page.getByLabel('Title').focus();
    await page.keyboard.type('By keyboard');
    await page.keyboard.press('Enter');
    await page.getByText('Added: By keyboard').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')).toBe(true);
  });
});
