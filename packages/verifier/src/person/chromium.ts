import type { Browser, BrowserContext, ElementHandle, Page } from 'playwright-core';
import { notTried } from '../finding.ts';
import type { Reach } from '../reach.ts';
import type { Recorder } from '../recorder.ts';
import { findChromium } from './find-chromium.ts';
import type { Arrival, Person, Visit } from './person.ts';
import { type Credentials, type Selectors, usualSelectors } from './selectors.ts';
import { type Way, watch } from './watch-page.ts';

/** What keeps Chromium quiet. */
const FLAGS = ['--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Login, consent, and what may come between. */
const MAXIMUM_PAGES = 10;

export interface ChromiumOptions {
  recorder: Recorder;
  /** Where pages and forms may lead. Anywhere, unless it is said. */
  reach?: Reach | undefined;
  /** Milliseconds to wait for a page. */
  timeout?: number | undefined;
  /** Milliseconds in which a script may still make of a page what a person can fill in. */
  settle?: number | undefined;
}

/** A person with a Chromium of their own: for pages that are made by scripts. It takes playwright-core, and a Chromium or Chrome on this machine. */
export function createChromiumPerson(
  { recorder, reach, timeout = 15_000, settle = 3_000 }: ChromiumOptions,
  credentials: Credentials,
  selectors: Selectors = usualSelectors,
): Person {
  let browser: Promise<Browser> | undefined;
  let context: Promise<BrowserContext> | undefined;
  const open = async (): Promise<Page> => {
    browser ??= launch();
    context ??= browser.then((opened) => opened.newContext({ serviceWorkers: 'block', acceptDownloads: false }));
    const page = await (await context).newPage();
    page.setDefaultTimeout(timeout);
    return page;
  };

  const walk = async (address: string, visit: Visit): Promise<Arrival> => {
    const page = await open();
    try {
      const way = await watch(page, { recorder, reach, leadsTo: visit.leadsTo });
      await way.until(page.goto(address, { waitUntil: 'domcontentloaded' }));
      return await goOn(page, way, visit);
    } finally {
      await page.close();
    }
  };

  const goOn = async (page: Page, way: Way, { decision = 'allow', userCode }: Visit): Promise<Arrival> => {
    const done = new Set<Step['kind']>();
    const pages: string[] = [];
    const end = async (): Promise<Arrival> => ({ ...(await way.arrival()), loggedIn: done.has('password'), pages });
    while (pages.length < MAXIMUM_PAGES) {
      const step = await way.until(nextStep(page, selectors, decision, settle));
      if (way.arrived()) return end();
      pages.push(await page.content());
      if (step?.kind === 'password' && done.has('password')) notTried(`the login of ${credentials.username} was not accepted`);
      if (step === undefined || (step.kind === 'code' && (done.has('code') || userCode === undefined))) return end();
      if (step.kind === 'name' && done.has('name')) return end();
      done.add(step.kind);
      await take(page, step, selectors, credentials, userCode);
      await way.until(left(step.element, timeout));
      if (way.arrived()) return end();
    }
    return notTried(`the authorization server asks on and on: ${page.url().split('?', 1)[0]}`);
  };

  return {
    authorize: (address, redirectUri, decision = 'allow') => walk(address, { decision, leadsTo: redirectUri }),
    visit: (address, visit = {}) => walk(address, visit),
    forget: async () => {
      await (await context)?.close();
      context = undefined;
    },
    close: async () => {
      await (await browser)?.close();
      browser = undefined;
      context = undefined;
    },
  };
}

async function launch(): Promise<Browser> {
  const { chromium } = await import('playwright-core').catch((cause: unknown) => notInstalled(cause));
  const executablePath = findChromium();
  return chromium.launch({
    // Where it is not on the PATH, playwright-core knows where Chrome usually is.
    ...(executablePath === undefined ? { channel: 'chrome' } : { executablePath }),
    args: FLAGS,
    // Nobody may have a sandbox as root, as in most containers.
    chromiumSandbox: process.getuid?.() !== 0,
  });
}

function notInstalled(cause: unknown): never {
  throw new Error('a browser takes the package playwright-core: npm install --save-dev playwright-core', { cause });
}

interface Step {
  kind: 'password' | 'name' | 'code' | 'decision';
  element: ElementHandle;
}

/** What a person would do with a page. Waits a little for what a script may still make of it. */
async function nextStep(page: Page, selectors: Selectors, decision: 'allow' | 'deny', settle: number): Promise<Step | undefined> {
  const { username, password, userCode } = selectors;
  const button = decision === 'allow' ? `${selectors.allow}, form [type=submit], form button:not([type])` : selectors.deny;
  await page
    .locator([password, userCode, username, button].join(', '))
    .filter({ visible: true })
    .first()
    .waitFor({ timeout: settle })
    .catch(() => undefined);
  const kinds: [Step['kind'], string][] = [
    ['password', password],
    ['code', userCode],
    ['decision', decision === 'allow' ? selectors.allow : selectors.deny],
    ['name', username],
    ['decision', button],
  ];
  for (const [kind, selector] of kinds) {
    const [element] = await page.locator(selector).filter({ visible: true }).elementHandles();
    if (element !== undefined) return { kind, element };
  }
  return undefined;
}

async function take(page: Page, { kind, element }: Step, selectors: Selectors, credentials: Credentials, userCode = ''): Promise<void> {
  switch (kind) {
    case 'decision':
      return element.click({ noWaitAfter: true });
    case 'code':
      await element.fill(userCode);
      break;
    case 'name':
      await element.fill(credentials.username);
      break;
    case 'password': {
      const [name] = await page.locator(selectors.username).filter({ visible: true }).elementHandles();
      await name?.fill(credentials.username);
      await element.fill(credentials.password);
    }
  }
  await element.press('Enter', { noWaitAfter: true });
}

/** When something is no longer there, because the page has changed or because there is another. */
const left = (element: Step['element'], timeout: number): Promise<unknown> =>
  element.waitForElementState('hidden', { timeout }).catch(() => undefined);
