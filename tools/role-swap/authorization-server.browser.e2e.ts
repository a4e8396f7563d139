import { freePorts } from '@rolecall/test-services/free-ports';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../end-to-end/support/browser.ts';
import { addNote, connect, noteTitles } from '../end-to-end/support/person.ts';
import { npmStart } from './support/npm-start.ts';
import { startOidcProvider } from './support/oidc-provider.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

/** Where somebody else's authorization server is, and our API and our client. */
async function addresses(): Promise<{ issuer: string; resource: string; client: string }> {
  const [issuer, resource, client] = (await freePorts(3)).map((port) => `http://localhost:${port}`) as [string, string, string];
  return { issuer, resource, client };
}

/** On the pages that oidc-provider has for its developers. */
async function logInAndAllow(page: Page, name: string): Promise<void> {
  await page.locator('input[name=login]').fill(name);
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.getByRole('button', { name: 'Continue' }).click();
}

describe("our API and our client, with somebody else's authorization server (oidc-provider)", () => {
  it('a person logs in and allows there, writes a note here, and logs out', async () => {
    const { issuer, resource, client } = await addresses();
    const known = { id: 'notes-application', secret: 'a secret that / has + odd & characters: 100%' };
    const { errors } = await startOidcProvider({ issuer, resource, redirectUri: `${client}/callback`, client: known });
    const started = await npmStart(['--without', 'authorization-server', '--issuer', issuer], {
      RESOURCE: resource,
      BASE_URL: client,
      CLIENT_ID: known.id,
      CLIENT_SECRET: known.secret,
    });
    await started.says('Ctrl-C stops everything');
    expect(started.output()).toMatch(/authorization server +\S+ +somebody else's; it is there/);
    expect(started.output()).toContain('notes-application (CLIENT_ID)');
    expect(started.output()).not.toContain(known.secret);

    const page = await browser.newPage();
    const visited: string[] = [];
    page.on('request', (request) => visited.push(request.url()));
    await connect(page, client);
    const asked = new URL(visited.find((url) => url.startsWith(`${issuer}/auth?`)) ?? '').searchParams;
    expect(asked.get('client_id')).toBe(known.id);
    expect(asked.get('resource')).toBe(resource);
    await logInAndAllow(page, 'carol');
    await addNote(page, 'White rabbit', 'He is late.');
    expect(await noteTitles(page)).toEqual(['White rabbit']);
    expect(new URL(visited.find((url) => url.startsWith(`${client}/callback?`)) ?? '').searchParams.get('iss')).toBe(issuer);

    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'You are logged out' }).waitFor();
    await page.close();
    expect(errors).toEqual([]);
  });

  it('which is started later than they are, and where the client registers itself', async () => {
    const { issuer, resource, client } = await addresses();
    const parameters = ['--without', 'authorization-server', '--issuer', issuer, '--resource', resource, '--client', client];
    const started = await npmStart(parameters);
    await started.says("somebody else's does not answer (ECONNREFUSED); ours try again");
    const { errors } = await startOidcProvider({ issuer, resource, redirectUri: `${client}/callback` });
    await started.says("somebody else's is there now");

    const page = await browser.newPage();
    await connect(page, client);
    const asked = new URL(page.url());
    expect(asked.origin).toBe(issuer);
    await logInAndAllow(page, 'dave');
    await addNote(page, 'Cheshire cat');
    expect(await noteTitles(page)).toEqual(['Cheshire cat']);
    await page.close();
    expect(errors).toEqual([]);
  });
});

describe('npm start', () => {
  it('says in a line what is wrong with what was typed, and starts nothing', async () => {
    const started = await npmStart(['--without', 'authorization-server']);
    expect(await started.ended).toBe(2);
    expect(started.output()).toContain('npm start: --issuer is required: the resource-server and the sample-client must know');
    expect(started.output()).not.toMatch(/^\s+at |Rolecall starts/m);
  });
});
