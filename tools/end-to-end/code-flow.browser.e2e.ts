import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openBrowser } from './support/browser.ts';
import { type Ecosystem, startEcosystem } from './support/ecosystem.ts';
import { addNote, connect, decide, logIn, noteTitles } from './support/person.ts';

let ecosystem: Ecosystem;
let browser: Browser;
beforeAll(async () => {
  [ecosystem, browser] = await Promise.all([startEcosystem(), openBrowser()]);
});
afterAll(async () => {
  await Promise.all([browser.close(), ecosystem.stop()]);
});

describe('the whole code flow in a browser', () => {
  let context: BrowserContext;
  let page: Page;
  /** What the browser complained of: a violated policy is among it. */
  let complaints: string[];
  /** Every address that the browser asked for, and every body that it was given. */
  let visited: string[];
  let received: Promise<string>[];
  beforeEach(async () => {
    [complaints, visited, received] = [[], [], []];
    context = await browser.newContext();
    page = await context.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('request', (request) => visited.push(request.url()));
    page.on('response', (response) => received.push(response.text().catch(() => '')));
  });
  afterEach(async () => {
    await context.close();
    expect(complaints.filter((text) => /Content Security Policy|refused to/i.test(text))).toEqual([]);
  });

  it('offers a link with exactly the parameters of the code flow, PKCE and the resource', async () => {
    const { issuer, resource, client } = ecosystem.addresses;
    await page.goto(client);
    const link = new URL((await page.getByRole('link', { name: 'Connect to your notes' }).getAttribute('href')) as string);
    expect(link.origin + link.pathname).toBe(`${issuer}/authorize`);
    expect(Object.fromEntries(link.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'sample-client',
      redirect_uri: `${client}/callback`,
      scope: 'notes:read notes:write',
      state: expect.stringMatching(/^.{20,}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      resource,
    });
  });

  it('alice logs in, allows, sees her notes, adds one and logs out; no token ever reaches the browser', async () => {
    await connect(page, ecosystem.addresses.client);
    await logIn(page, 'alice', 'wonderland');
    const consent = await page.locator('main').innerText();
    for (const text of [
      'Sample client',
      'Alice',
      'Read your notes',
      'Add, change and delete your notes',
      new URL(ecosystem.addresses.client).host,
    ])
      expect(consent).toContain(text);
    await decide(page, 'Allow');

    await page.waitForURL(`${ecosystem.addresses.client}/notes`);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Your notes');
    await addNote(page, 'White rabbit', 'He is late.\n<b>Follow him</b>');
    await page.getByText('He is late.').waitFor();
    expect(await noteTitles(page)).toEqual(['White rabbit']);
    expect(await page.locator('main').innerText()).toContain('<b>Follow him</b>');

    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'You are logged out' }).waitFor();
    await page.goto(`${ecosystem.addresses.client}/notes`);
    expect(await page.locator('main').innerText()).not.toContain('White rabbit');

    const callback = visited.filter((url) => url.includes('/callback?'));
    expect(callback).toHaveLength(1);
    expect([...new URL(callback[0] as string).searchParams.keys()].sort()).toEqual(['code', 'iss', 'state']);
    const everything = [...visited, ...(await Promise.all(received))].join('\n');
    expect(everything).not.toMatch(/eyJ[\w-]+\.eyJ/);
    expect(everything).not.toContain('sample-client-secret');
  });

  it('bob does not see what alice wrote', async () => {
    await connect(page, ecosystem.addresses.client);
    await logIn(page, 'bob', 'builder');
    await decide(page, 'Allow');
    await page.getByText('You have no notes yet.').waitFor();
    await addNote(page, 'Can we fix it?');
    await page.getByText('Can we fix it?').waitFor();
    expect(await noteTitles(page)).toEqual(['Can we fix it?']);
  });

  it('a wrong password says so in the same words as an unknown user, and alice can go on', async () => {
    await connect(page, ecosystem.addresses.client);
    const texts: string[] = [];
    for (const [username, password] of [
      ['alice', 'wrong'],
      ['nobody', 'wonderland'],
    ] as const) {
      await logIn(page, username, password);
      texts.push(await page.getByRole('alert').innerText());
    }
    expect(new Set(texts)).toEqual(new Set(['The username or the password is wrong.']));
    await logIn(page, 'alice', 'wonderland');
    // What she has allowed before is remembered.
    await page.waitForURL(`${ecosystem.addresses.client}/notes`);
  });

  it('denying leads to a friendly page of the client', async () => {
    // Bob has allowed everything before: he is asked again where the request says so.
    await page.goto(ecosystem.addresses.client);
    const link = (await page.getByRole('link', { name: 'Connect to your notes' }).getAttribute('href')) as string;
    await page.goto(`${link}&prompt=consent`);
    await logIn(page, 'bob', 'builder');
    await decide(page, 'Deny');
    await page.getByRole('heading', { name: 'You did not allow access' }).waitFor();
    expect(page.url().startsWith(ecosystem.addresses.client)).toBe(true);
    expect(page.url()).not.toContain('error');
    await page.getByRole('link', { name: 'Start again' }).click();
    await page.getByRole('link', { name: 'Connect to your notes' }).waitFor();
  });

  it('can be gone through with the keyboard alone', async () => {
    await page.goto(ecosystem.addresses.client);
    const link = (await page.getByRole('link', { name: 'Connect to your notes' }).getAttribute('href')) as string;
    await page.goto(`${link}&prompt=consent`);
    // The page puts the cursor there by itself, a moment after it was loaded.
    await page.locator('#username:focus').waitFor();
    await page.keyboard.type('alice');
    await page.keyboard.press('Tab');
    await page.keyboard.type('wonderland');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Allow', exact: true }).waitFor();
    const focused = () => page.evaluate('document.activeElement.textContent.trim()');
    for (let presses = 0; presses < 10 && (await focused()) !== 'Allow'; presses++) await page.keyboard.press('Tab');
    expect(await focused()).toBe('Allow');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).not.toBe('none');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${ecosystem.addresses.client}/notes`);
  });

  it('what was written and allowed survives a restart of all roles', async () => {
    for (const role of [ecosystem.authorizationServer, ecosystem.resourceServer, ecosystem.sampleClient])
      expect((await role.stop()).code).toBe(0);
    await Promise.all([ecosystem.authorizationServer.start(), ecosystem.resourceServer.start(), ecosystem.sampleClient.start()]);
    await connect(page, ecosystem.addresses.client);
    await logIn(page, 'alice', 'wonderland');
    await page.waitForURL(`${ecosystem.addresses.client}/notes`);
    expect(await noteTitles(page)).toEqual(['White rabbit']);
  });
});
