import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findChromium } from '../../src/person/find-chromium.ts';
import type { Report } from '../../src/report.ts';
import { renderHtml } from '../../src/reporters/html/page.ts';
import { attack, hostile, wrong } from '../support/report.ts';

let browser: Browser;
let folder: string;
beforeAll(async () => {
  const executablePath = findChromium();
  browser = await chromium.launch({ ...(executablePath !== undefined && { executablePath }), args: ['--disable-quic'] });
  folder = await mkdtemp(join(tmpdir(), 'verifier-page-'));
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

interface Look {
  width: number;
  colorScheme: 'light' | 'dark';
}

/** The page as somebody sees it who was sent the file, and all that it asks for. */
async function open(
  report: Report,
  look: Look = { width: 1280, colorScheme: 'light' },
): Promise<{ page: Page; requests: string[]; problems: string[] }> {
  const file = join(folder, 'report.html');
  await writeFile(file, renderHtml(report));
  const page = await browser.newPage({ viewport: { width: look.width, height: 900 }, colorScheme: look.colorScheme });
  const requests: string[] = [];
  const problems: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => problems.push(message.text()));
  await page.goto(pathToFileURL(file).href);
  return { page, requests: requests.filter((url) => !url.startsWith('data:') && !url.startsWith('file:')), problems };
}

it.each<Look>([
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 360, colorScheme: 'light' },
  { width: 360, colorScheme: 'dark' },
])('anybody can read it: $width pixels, $colorScheme', async (look) => {
  for (const report of [wrong, attack(`${hostile.markup}${'long'.repeat(200)}`)]) {
    const { page } = await open(report, look);
    // Everything that there is to see.
    await page.evaluate(`document.querySelectorAll('details').forEach((each) => { each.open = true; })`);
    await page.evaluate(axe.source);
    const { violations } = (await page.evaluate(
      `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`,
    )) as axe.AxeResults;
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await page.close();
  }
});

it('runs nothing and asks for nothing, whatever the other side has said', async () => {
  const { page, requests, problems } = await open(attack(hostile.markup));
  expect(await page.title()).toMatch(/^not conformant/);
  expect(requests).toEqual([]);
  expect(problems).toEqual([]);
  await page.close();
});

it('shows what was chosen, with the keyboard alone', async () => {
  const { page } = await open(wrong);
  const seen = async () => page.locator('.group').filter({ visible: true }).count();
  const all = await seen();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  for (let presses = 0; presses < 30 && !(await page.locator('#show-all:focus').count()); presses += 1) await page.keyboard.press('Tab');
  for (let presses = 0; presses < 30 && !(await page.locator('#show-all:focus').count()); presses += 1)
    await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('ArrowDown');
  expect(await page.locator('#show-failed').isChecked()).toBe(true);
  expect([all, await seen()]).toEqual([3, 1]);
  await page.close();
});

it('is all there on paper', async () => {
  const { page } = await open(wrong);
  const hidden = () => page.locator('.result, pre').filter({ visible: false }).count();
  expect(await hidden()).toBeGreaterThan(0);
  await page.emulateMedia({ media: 'print' });
  expect(await hidden()).toBe(0);
  await page.close();
});
