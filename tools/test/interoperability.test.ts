import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { requirements } from '@rolecall/contracts/requirements/catalogue';
import { describe, expect, it } from 'vitest';
import { difference, DOCUMENT, installedVersions } from '../interoperability/check.ts';
import { renderDocument, versionOf } from '../interoperability/document.ts';
import { contestants } from '../interoperability/servers.ts';
import type { Outcome } from '../interoperability/verify-all.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

// What the checks find is compared by npm run e2e, which starts them all.
describe('docs/interoperability.md (else: npm run interoperability)', () => {
  it('has a row for each requirement of the profiles that are verified, and no other', async () => {
    const document = await readFile(new URL(`../../${DOCUMENT}`, import.meta.url), 'utf8');
    const profiles = new Set(contestants.flatMap((each) => each.profiles));
    const expected = requirements.filter(
      (each) =>
        each.role === 'authorization server' && (each.profiles.length === 0 || each.profiles.some((profile) => profiles.has(profile))),
    );
    expect([...document.matchAll(/^\| (AS-\S+) /gm)].map(([, id]) => id)).toEqual(expected.map(({ id }) => id));
  });

  it('has the versions that are installed', async () => {
    const document = await readFile(new URL(`../../${DOCUMENT}`, import.meta.url), 'utf8');
    const versions = await installedVersions(ROOT);
    for (const contestant of contestants) expect(document).toContain(`| ${contestant.name} | ${versionOf(contestant, versions)} |`);
    expect(contestants.map((each) => versionOf(each, versions))).not.toContain('unknown');
  });
});

/** A made-up outcome, in which the other side tries to write its own lines. */
function outcomeWith(because: string): Outcome {
  const [contestant] = contestants;
  const [requirement] = requirements;
  if (contestant === undefined || requirement === undefined) throw new Error('there is nothing to show');
  const trial = { title: 'a try', verdict: 'failed' as const, because, milliseconds: 1, exchanges: [] };
  return {
    contestant,
    report: {
      ...{ role: 'authorization server', subject: 'http://localhost:1234', profiles: [], startedAt: '', milliseconds: 1 },
      results: [{ ...requirement, sources: [], verdict: 'failed', because, trials: [trial] }],
    },
  };
}

describe('the document', () => {
  const lines = (because: string): string[] => renderDocument([outcomeWith(because)], new Map()).split('\n');

  it('is the same whatever the port is, and whatever the secret', () => {
    const one = lines('GET http://localhost:4711/token?code=[code 12ab] answered 200');
    expect(one).toEqual(lines('GET http://localhost:9/token?code=[code 99ff] answered 200'));
    expect(one).toContain('  - a try: GET /token?code=\\[code\\] answered 200');
  });

  it('stays as many lines, and without markup, whatever a server says', () => {
    const said = 'one | two\n## Three <script> [four](https://evil.example)';
    expect(lines(said)).toHaveLength(lines('harmless').length);
    expect(lines(said)).toContain('  - a try: one \\| two ## Three \\<script\\> \\[four\\](https://evil.example)');
  });

  it('says from where on another is different, and what to run', () => {
    expect(difference('a\nb\n', 'a\nb\n')).toBeUndefined();
    expect(difference('a\nb\n', 'a\nc\n')).toMatch(/from line 2: run "npm run interoperability".*\n- b\n\+ c$/);
  });
});
