import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from './support/browser.ts';
import { type Ecosystem, startEcosystem } from './support/ecosystem.ts';
import { connect, decide, logIn } from './support/person.ts';

let ecosystem: Ecosystem;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  [ecosystem, browser] = await Promise.all([startEcosystem(), openBrowser()]);
  page = await browser.newPage();
});
afterAll(async () => {
  await Promise.all([browser.close(), ecosystem.stop()]);
});

/** Puts the clocks of all roles ahead of the machine's. */
async function setClocks(offset_seconds: number): Promise<void> {
  const { issuer, resource, client } = ecosystem.addresses;
  const headers = { 'content-type': 'application/json' };
  for (const role of [issuer, resource, client]) {
    const answer = await fetch(`${role}/lab/clock`, { method: 'PUT', headers, body: JSON.stringify({ offset_seconds }) });
    expect(answer.ok).toBe(true);
  }
}

const audited = (...words: string[]) =>
  ecosystem.authorizationServer.lines.filter((line) => words.every((word) => line.includes(`"${word}"`))).length;

it('C-TOK-07 C-TOK-10: alice’s access is refreshed as time goes by, and is nobody’s after she has logged out', async () => {
  const { client } = ecosystem.addresses;
  await connect(page, client);
  await logIn(page, 'alice', 'wonderland');
  await decide(page, 'Allow');
  await page.waitForURL(`${client}/notes`);
  for (const hour of [1, 2]) {
    await setClocks(hour * 3_600);
    await page.goto(`${client}/notes`);
    expect(await page.title()).toContain('Your notes');
  }
  await expect.poll(() => audited('token_refreshed')).toBe(2);
  await page.getByRole('button', { name: 'Log out' }).click();
  expect(await page.title()).toContain('You are logged out');
  await expect.poll(() => audited('token_revoked', 'refresh_token')).toBe(1);
});

it('C-TOK-12: the client itself gets a token, and is told that the notes are for users', async () => {
  await page.goto(`${ecosystem.addresses.client}/service`);
  await page.getByRole('button', { name: 'Call the API' }).click();
  const said = await page.locator('main').innerText();
  expect(said).toContain('refused the call (status 403)');
  expect(said).toContain('a client that acts for itself has no notes');
});

it('C-TOK-09: says that this authorization server has no device grant', async () => {
  await page.goto(`${ecosystem.addresses.client}/device`);
  expect(await page.locator('main').innerText()).toContain('does not offer this');
});
