import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from './support/browser.ts';
import { type Ecosystem, startEcosystem } from './support/ecosystem.ts';
import { judge } from './support/judge-page.ts';
import { addNote, connect, decide, logIn } from './support/person.ts';

let ecosystem: Ecosystem;
let browser: Browser;
beforeAll(async () => {
  [ecosystem, browser] = await Promise.all([startEcosystem({ SIGN_UP: 'true', PASSWORD_CHANGE: 'true' }), openBrowser()]);
});
afterAll(async () => {
  await Promise.all([browser.close(), ecosystem.stop()]);
});

const kinds: [string, string, BrowserContextOptions][] = [
  ['a desktop, light', 'alice', { viewport: { width: 1280, height: 800 }, colorScheme: 'light' }],
  ['a phone, dark', 'bob', { viewport: { width: 360, height: 640 }, colorScheme: 'dark' }],
];
const passwords: Record<string, string> = { alice: 'wonderland', bob: 'builder' };

describe.each(kinds)('pages on %s', (_kind, username, options) => {
  it('can be read and used by everybody', async () => {
    const { client, issuer } = ecosystem.addresses;
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await page.goto(client);
    await judge(page, 'home');
    await connect(page, client);
    await judge(page, 'login');
    await logIn(page, username, 'wrong');
    await page.getByRole('alert').waitFor();
    await judge(page, 'login with a mistake');
    await logIn(page, username, passwords[username] as string);
    await page.getByRole('button', { name: 'Allow', exact: true }).waitFor();
    await judge(page, 'consent');
    await decide(page, 'Allow');
    await page.getByRole('heading', { name: 'Your notes' }).waitFor();
    await judge(page, 'no notes');
    await addNote(page, `A-long-word-${'x'.repeat(180)}`, `${'y'.repeat(400)}\nmore`);
    await page.getByRole('button', { name: /Delete/ }).waitFor();
    await judge(page, 'notes');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'You are logged out' }).waitFor();
    await judge(page, 'logged out');
    for (const address of [`${issuer}/authorize`, `${issuer}/login?request=gone`, `${client}/callback`, `${client}/nowhere`]) {
      await page.goto(address);
      await judge(page, address);
    }
    await context.close();
  });

  it('let a person look after the account, with the keyboard alone', async () => {
    const { client, issuer } = ecosystem.addresses;
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await connect(page, client);
    await page.getByRole('link', { name: 'Create one' }).click();
    await judge(page, 'sign-up');
    await page.getByLabel('Username').fill(`${username}-again`);
    await page.getByLabel('Password', { exact: true }).fill('password');
    await page.getByLabel('The password again').fill('password');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await judge(page, 'sign-up with a mistake');
    expect(await page.evaluate('document.activeElement.id'), 'the cursor is where the mistake was').toBe('password');
    await page.keyboard.type('a long walk by the sea');
    await page.keyboard.press('Tab');
    await page.keyboard.type('a long walk by the sea');
    await page.keyboard.press('Enter');

    await page.getByRole('button', { name: 'Allow', exact: true }).waitFor();
    const write = page.getByRole('checkbox', { name: /Add, change and delete your notes/ });
    const read = page.getByRole('checkbox', { name: /Read your notes/ });
    for (const box of [read, write]) {
      await box.focus();
      await page.keyboard.press('Space');
    }
    await decide(page, 'Allow');
    await page.getByRole('alert').waitFor();
    await judge(page, 'consent to nothing');
    await read.check();
    await decide(page, 'Allow');
    await page.getByRole('heading', { name: 'Your notes' }).waitFor();

    await page.goto(issuer);
    await page.getByRole('heading', { name: 'Your account' }).waitFor();
    await judge(page, 'account');
    expect(await page.locator('main').innerText()).toMatch(/At Notes API: Read your notes \(left out: Add, change and delete your notes\)/);
    await page.getByRole('link', { name: 'Change your password' }).click();
    await judge(page, 'change of password');
    await page.getByLabel('Current password').fill('wrong');
    await page.getByLabel('New password', { exact: true }).fill('another walk by the sea');
    await page.getByLabel('New password again').fill('another walk by the sea');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await judge(page, 'change of password with a mistake');
    await page.getByLabel('Current password').fill('a long walk by the sea');
    await page.getByLabel('New password', { exact: true }).fill('another walk by the sea');
    await page.getByLabel('New password again').fill('another walk by the sea');
    await page.getByRole('button', { name: 'Change it' }).click();
    await page.getByRole('status').waitFor();
    await judge(page, 'account after a change');
    await page.getByRole('button', { name: 'Take it back: what Sample client may do' }).click();
    await page.getByText('There are none.').waitFor();
    await judge(page, 'account without applications');
    await page.getByRole('link', { name: 'Log out' }).click();
    await judge(page, 'logout');
    await page.getByRole('button', { name: 'Log out', exact: true }).click();
    await page.getByRole('heading', { name: 'You are logged out' }).waitFor();
    await judge(page, 'logged out of the authorization server');
    await page.getByRole('link', { name: 'log in again' }).click();
    await judge(page, 'login to the account');
    await context.close();
  });
});
