import { freePorts } from '@rolecall/test-services/free-ports';
import { openPersonBrowser } from '@rolecall/testing/person';
import { expect, it } from 'vitest';
import { npmStart } from './support/npm-start.ts';
import { startOtherApi } from './support/other-api.ts';
import { otherClient } from './support/other-client.ts';

const ALICE = { username: 'alice', password: 'wonderland' };

async function addresses(): Promise<{ issuer: string; resource: string; client: string }> {
  const [issuer, resource, client] = (await freePorts(3)).map((port) => `http://localhost:${port}`) as [string, string, string];
  return { issuer, resource, client };
}

it("our authorization server and our client, with somebody else's resource server", async () => {
  const { issuer, resource, client } = await addresses();
  const { callers } = await startOtherApi({ resource, issuer });
  const started = await npmStart(['--without', 'resource-server', '--resource', resource], { ISSUER: issuer, BASE_URL: client });
  await started.says('Ctrl-C stops everything');
  expect(started.output()).toMatch(/resource server +\S+ +somebody else's; it is there/);

  const alice = await openPersonBrowser(issuer, ALICE);
  const start = await alice.open(client);
  const link = start.document.querySelectorAll('a').find((each) => each.getAttribute('href')?.startsWith(`${issuer}/authorize?`));
  const notes = await alice.open(link?.getAttribute('href') ?? '');
  expect(notes).toMatchObject({ status: 200, url: `${client}/notes` });
  expect(notes.body).toContain('From elsewhere');
  expect(callers).toEqual([{ subject: expect.stringMatching(/^usr_/), clientId: 'sample-client' }]);
});

it("our authorization server and our resource server, with somebody else's client", async () => {
  const { issuer, resource, client } = await addresses();
  const parameters = ['--without', 'sample-client', '--issuer', issuer, '--resource', resource, '--client', client];
  const started = await npmStart(parameters);
  await started.says('Ctrl-C stops everything');
  // Nothing but what the banner tells its developer.
  const [, clientSecret = '', redirectUri = ''] = /as sample-client, (\S+) +(\S+)/.exec(started.output()) ?? [];
  expect(redirectUri).toBe(`${client}/callback`);

  const { authorizationUrl, finish } = await otherClient({ issuer, resource, redirectUri, clientId: 'sample-client', clientSecret });
  const callback = await (await openPersonBrowser(issuer, ALICE)).authorize(authorizationUrl);
  expect(callback.origin + callback.pathname).toBe(redirectUri);
  const created = await finish(callback);
  expect(created.status).toBe(201);
  expect(await created.json()).toMatchObject({ title: 'From elsewhere' });
});
