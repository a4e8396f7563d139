import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from './support/browser.ts';
import { type Ecosystem, startEcosystem } from './support/ecosystem.ts';
import { judge } from './support/judge-page.ts';
import { connect, decide, logIn } from './support/person.ts';

let ecosystem: Ecosystem;
let browser: Browser;
const contexts: BrowserContext[] = [];
beforeAll(async () => {
  [ecosystem, browser] = await Promise.all([startEcosystem(), openBrowser()]);
});
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
});
afterAll(async () => {
  await Promise.all([browser.close(), ecosystem.stop()]);
});

async function openPage(lesson = '', options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  contexts.push(context);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('close', () => expect(problems).toEqual([]));
  await page.goto(`${ecosystem.addresses.client}/playground#${lesson}`);
  await page.locator('body[data-live]').waitFor();
  return page;
}

/** Makes the lesson that is shown ready to be run: another test may have run it. */
async function ready(page: Page): Promise<void> {
  const [again, first] = [page.locator('#again'), page.locator('#run')];
  await again.or(first).waitFor();
  if (await again.isVisible()) await again.click();
  await first.waitFor();
}

/** Runs the lesson that is shown, and waits for its end. */
async function run(page: Page): Promise<void> {
  await ready(page);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.locator('#outcome').waitFor();
}

interface Reported {
  traceId: string;
  from: string;
  direction: string;
  request: { method: string; url: string };
  response?: { status: number };
}

/** What the roles themselves say has been exchanged in a trace, in the words of the diagram's labels. */
async function happened(trace: string): Promise<string[]> {
  const { client, issuer, resource } = ecosystem.addresses;
  const reports = await Promise.all(
    [client, issuer, resource].map(async (address) => {
      const answer = (await (await fetch(`${address}/lab/exchanges`)).json()) as { exchanges: Reported[] };
      return answer.exchanges.filter((each) => each.traceId === trace && each.direction === 'received');
    }),
  );
  return reports.flat().map(({ request, response }) => `${request.method} ${new URL(request.url).pathname}, ${response?.status}`);
}

/** What the diagram shows, in the same words. */
async function shown(page: Page): Promise<string[]> {
  const labels = await page.locator('#diagram .words').allTextContents();
  return labels.map((label) => /, ([A-Z]+ \/[^,]*), (\d+)/.exec(label)).map((found) => `${found?.[1]}, ${found?.[2]}`);
}

const traceOf = async (page: Page): Promise<string> =>
  /trace=([0-9a-f]{32})/.exec((await page.locator('#har').getAttribute('href')) ?? '')?.[1] ?? '';
const details = (page: Page) => page.getByRole('complementary', { name: 'The chosen exchange' });

describe('each grant works and is shown as it happened', () => {
  it.each([
    ['authorization-code', 'Code with PKCE', ['POST /token, 200', 'GET /notes, 200', 'GET /jwks, 200']],
    ['refresh-token', 'Refresh', ['POST /token, 200']],
    ['client-credentials', 'Client credentials', ['POST /token, 200', 'GET /notes, 403']],
  ])('%s', async (lesson, title, expected) => {
    const page = await openPage();
    await page.getByRole('button', { name: title, exact: true }).click();
    await run(page);
    await expect.poll(() => page.locator('#outcome').textContent()).toContain('It works.');
    const diagram = await shown(page);
    expect(diagram.sort()).toEqual((await happened(await traceOf(page))).sort());
    for (const each of expected) expect(diagram).toContain(each);
    expect(page.url()).toContain(`#${lesson}`);
  });

  it('all four lanes are there, with what the resource server asks the authorization server', async () => {
    // Its keys are older than five minutes then, and asked for anew.
    const page = await openPage();
    await page.getByRole('button', { name: '+1 h' }).click();
    await page.getByText('The time is 1 h').waitFor();
    await page.getByRole('button', { name: 'Code with PKCE' }).click();
    await run(page);
    for (const words of [
      /Browser to Client/,
      /Client to Authorization server/,
      /Client to Resource server/,
      /Resource server to Authorization server: Public keys/,
    ])
      await page.getByRole('option', { name: words }).first().waitFor();
    await page.getByRole('button', { name: 'Back to now' }).click();
    await page.getByText('The time is now').waitFor();
  });
});

describe('each attack fails, and is shown to', () => {
  it.each([
    ['stolen-code', 'authorization server', 'AS-CODE-08', 'RFC 7636 §4.6', 'code_verifier does not match'],
    ['missing-pkce', 'authorization server', 'AS-AUTHZ-09', 'RFC 7636 §4.4.1', 'code_challenge is missing'],
    ['tampered-redirect-uri', 'authorization server', 'AS-AUTHZ-03', 'RFC 6749 §3.1.2.4', 'not one that Sample client has registered'],
    ['replayed-refresh-token', 'authorization server', 'AS-RT-05', 'RFC 9700 §4.14.2', 'a rotated refresh token was used again'],
    ['wrong-audience', 'resource server', 'RS-JWT-04', 'RFC 9068 §4', 'for another resource'],
    ['made-up-token', 'resource server', 'RS-INT-01', 'RFC 7662 §2.2', 'the token is not active'],
    ['logging-out', 'resource server', 'RS-TOK-05', 'RFC 7009 §2', 'the token has been revoked'],
    ['callback-csrf', 'client', 'C-CB-01', 'RFC 6749 §10.12', 'no attempt of this browser has this state'],
  ])('%s', async (lesson, by, check, rule, why) => {
    const page = await openPage(lesson);
    await run(page);
    const outcome = page.locator('#outcome');
    for (const words of [`Refused by the ${by}.`, check, rule]) expect(await outcome.textContent()).toContain(words);
    await expect.poll(() => details(page).textContent()).toContain(why);
    expect((await shown(page)).sort()).toEqual((await happened(await traceOf(page))).sort());
  });
});

describe('why a call was refused is found in the playground alone', () => {
  it.each<[string, string, string[]]>([
    ['expired-token', 'expired-token', ['invalid_token', 'It expired 360']],
    ['wrong-issuer', 'wrong-issuer', ['invalid_token', 'Its iss is https://issuer.invalid']],
    ['wrong-audience', 'wrong-audience', ['invalid_token', 'Its aud is https://api.invalid']],
    ['unknown-kid', 'unknown-kid', ['invalid_token', 'a-key-that-nobody-has-published, which is not in the key set']],
    ['missing-iss', 'missing-iss', ['iss is missing', 'RFC 9207 §2.4']],
    ['500', 'server-error', ['Status 500', 'A fault was put in here']],
    ['slow', 'slow', ['There was no answer', 'timeout']],
    ['dropped response', 'dropped-response', ['There was no answer', 'A fault was put in here: Lost response.']],
    ['malformed JSON', 'malformed-json', ['The answer is not JSON: it ends too early.']],
    ['stale JWKS', 'stale-jwks', ['invalid_token', 'no applicable key found']],
    ['500 at the API', 'api-server-error', ['A fault was put in here: Status 500.']],
    ['a slow API', 'api-slow', ['There was no answer', 'timeout']],
    ['a dropped response of the API', 'api-dropped-response', ['There was no answer']],
    ['malformed JSON of the API', 'api-malformed-json', ['The answer is not JSON']],
  ])('%s', async (_fault, lesson, reasons) => {
    const page = await openPage(`broken-${lesson}`);
    await run(page);
    const why = details(page).getByRole('region', { name: 'Why' });
    await why.waitFor();
    for (const reason of reasons) await expect.poll(() => why.textContent()).toContain(reason);
    // It is in the diagram, too, for whoever comes to the page later.
    expect(await page.getByRole('option', { name: /with a fault/ }).count()).toBeGreaterThan(0);
    expect(await page.locator('#active-faults').textContent()).toContain('None is active.');
  });

  it('also of faults that somebody puts in, and in a browser of their own', async () => {
    const page = await openPage();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('Nothing has been exchanged yet.').waitFor();
    await page.getByLabel('What goes wrong').selectOption('authorization-server wrong-audience');
    await page.getByLabel('How many times').fill('2');
    await page.getByRole('button', { name: 'Put it in' }).click();
    await page.getByText('Authorization server: Wrong audience, 2 more').waitFor();
    const own = await contexts[0]!.newPage();
    await connect(own, ecosystem.addresses.client);
    await logIn(own, 'bob', 'builder');
    await own.waitForURL((url) => !url.pathname.startsWith('/login'));
    // Allowed before, where another lesson came first.
    if (await own.getByRole('button', { name: 'Allow', exact: true }).isVisible()) await decide(own, 'Allow');
    const refused = page.getByRole('option', { name: /Client to Resource server: Call of the API, GET \/notes, 401/ }).first();
    await refused.waitFor();
    await refused.press('Enter');
    await details(page).getByText('Its aud is https://api.invalid').first().waitFor();
    await page.getByRole('button', { name: 'End all' }).click();
    await page.getByText('None is active.').waitFor();
  });
});

describe('the page', () => {
  it('steps through a lesson with the keyboard alone', async () => {
    const page = await openPage();
    await page.getByRole('button', { name: 'PKCE taken out' }).focus();
    await page.keyboard.press('Enter');
    await ready(page);
    await page.locator('#step').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('Step 1 of 2 is done.').waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('step');
    await page.keyboard.press('Enter');
    await page.locator('#outcome').waitFor();
    const chosen = page.locator('#diagram [aria-selected=true]');
    const first = await chosen.locator('.words').textContent();
    await chosen.focus();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => chosen.locator('.words').textContent()).not.toBe(first);
    expect(await page.evaluate('document.activeElement.getAttribute("aria-selected")')).toBe('true');
    await page.keyboard.press('Home');
    await expect.poll(() => chosen.locator('.words').textContent()).toMatch(/^1\. /);
  });

  it('goes on after the client was started again, and says what did not work', async () => {
    const page = await openPage('missing-pkce');
    // The browser notes every request that fails.
    page.removeAllListeners('close');
    await ready(page);
    await page.locator('#step').click();
    await page.getByRole('status').getByText('Step 1 of 2 is done.').waitFor();
    await ecosystem.sampleClient.stop();
    await page.getByRole('button', { name: '+1 h' }).click();
    await page.getByRole('status').getByText('That did not work').waitFor();
    await ecosystem.sampleClient.start();
    await page.getByText('Nothing has been exchanged yet.').waitFor();
    await run(page);
    expect(await page.locator('#outcome').textContent()).toContain('AS-AUTHZ-09');
  });

  it('shows no secret until it is asked to, and exports without secrets likewise', async () => {
    const page = await openPage('authorization-code');
    await run(page);
    await page.getByRole('option', { name: /Token request: the code/ }).press('Enter');
    const body = details(page).getByLabel('Body').first();
    await body.getByText('[code_verifier').waitFor();
    const har = async (): Promise<string> =>
      (await fetch(new URL((await page.locator('#har').getAttribute('href')) ?? '', page.url()))).text();
    expect(await har()).not.toMatch(/rc_(ac|rt)_[\w-]{20}|wonderland/);
    expect(JSON.parse(await har())).toMatchObject({
      log: {
        version: '1.2',
        entries: expect.arrayContaining([
          expect.objectContaining({ comment: expect.stringContaining('Token request') as string }),
        ]) as unknown[],
      },
    });
    await page.getByLabel('Show secrets').check();
    await expect.poll(() => body.textContent()).toMatch(/code=rc_ac_/);
    expect(await har()).toMatch(/rc_ac_[\w-]{20}/);
    const mermaid = await (await fetch(new URL((await page.locator('#mermaid').getAttribute('href')) ?? '', page.url()))).text();
    expect(mermaid).toMatch(/^sequenceDiagram\n {4}autonumber\n/);
    expect(mermaid).toContain('client->>authorization-server: POST /token (Token request: the code)');
  });

  it.each<[string, BrowserContextOptions]>([
    ['a desktop, light', { colorScheme: 'light' }],
    ['a phone, dark', { viewport: { width: 360, height: 640 }, colorScheme: 'dark' }],
  ])('can be read and used by everybody on %s', async (_kind, options) => {
    const page = await openPage('', options);
    await judge(page, 'watching');
    await page.getByRole('button', { name: 'Somebody else’s code (CSRF)' }).click();
    await ready(page);
    await judge(page, 'before a lesson');
    await run(page);
    await details(page).getByRole('heading', { name: 'Authorization response' }).waitFor();
    await judge(page, 'after a lesson');
    // What there is to read is not moved sideways together with the drawing.
    expect(await page.locator('#stage').evaluate((stage) => stage.scrollWidth - stage.clientWidth)).toBe(0);
  });
});

describe('it is for this machine only', () => {
  it.each<[string, Record<string, string>]>([
    ['a name that was made to point here', { host: 'evil.example' }],
    ['a page of another site', { origin: 'https://evil.example' }],
    ['a proxy', { 'x-forwarded-for': '203.0.113.7' }],
  ])('refuses %s', async (_who, headers) => {
    const { request } = await import('node:http');
    const status = await new Promise((resolve, reject) => {
      request(`${ecosystem.addresses.client}/playground`, { headers }, (answer) => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });
});
