import { fileURLToPath } from 'node:url';
import { createLabClient } from '@rolecall/lab/lab-client';
import { openPersonBrowser } from '@rolecall/testing/person';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isHere, lastRelease, type Release } from '../contracts/last-release.ts';
import { type Ecosystem, startEcosystem } from './support/ecosystem.ts';
import { checkOut, type ReleasedTree } from './support/released-tree.ts';

// Roles are deployed one by one, and for a while a new one works with others of the release before. Each role is the new one once:
// so every role meets every other both ways round, the new one the old one and the old one the new one.
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ROLES = ['authorization-server', 'resource-server', 'sample-client'];

const release: Release = await lastRelease(ROOT);
const here = await isHere(ROOT, release);
const missing = `the last release, v${release.version} (${release.commit}), is not in this clone: git fetch --unshallow`;
if (!here) process.stderr.write(`\nNOT RUN with the release before: ${missing}\n\n`);

it('the last release is here to be run with', () => {
  expect(here || process.env['REQUIRE_SERVICES'] !== '1', missing).toBe(true);
});

describe.runIf(here)(`beside v${release.version}`, () => {
  let released: ReleasedTree;
  beforeAll(async () => {
    released = await checkOut(release);
  });
  afterAll(() => released.remove());

  it.each(ROLES)('a new %s among old ones: login, consent, notes, refresh, logout', async (newRole) => {
    const ecosystem = await startEcosystem({}, (role) => (role === newRole ? ROOT : released.root));
    try {
      await useIt(ecosystem);
    } finally {
      await ecosystem.stop();
    }
  });
});

/** As alice, who comes back after her access token has expired. */
async function useIt({ addresses, authorizationServer }: Ecosystem): Promise<void> {
  const { issuer, resource, client } = addresses;
  const alice = await openPersonBrowser(issuer, { username: 'alice', password: 'wonderland' });
  const start = await alice.open(client);
  const link = start.document.querySelectorAll('a').find((each) => each.getAttribute('href')?.startsWith(`${issuer}/authorize?`));
  const notes = await alice.open((link?.getAttribute('href') ?? '').replaceAll('&amp;', '&'));
  expect(notes).toMatchObject({ status: 200, url: `${client}/notes` });
  const added = await alice.submit(notes, { title: 'Of another version' }, 'form[action="/notes"]');
  expect(added.document.querySelector('main li h2')?.text).toBe('Of another version');

  for (const address of [issuer, resource, client]) await createLabClient(address).setClock(ELEVEN_MINUTES);
  const later = await alice.open(`${client}/notes`);
  expect(later.document.querySelector('main li h2')?.text).toBe('Of another version');
  await expect.poll(() => eventsOf(authorizationServer.lines), { timeout: 10_000 }).toContain('token_refreshed');

  const loggedOut = await alice.submit(later, {}, 'form[action="/logout"]');
  expect(loggedOut.body).toContain('You are logged out');
  await expect.poll(() => eventsOf(authorizationServer.lines), { timeout: 10_000 }).toContain('token_revoked');
}

/** An access token lives for ten. */
const ELEVEN_MINUTES = 11 * 60;

/** What the authorization server's log tells of. */
const eventsOf = (lines: readonly string[]): string[] => [...lines.join('\n').matchAll(/"(token_\w+)"/g)].map(([, name = '']) => name);
