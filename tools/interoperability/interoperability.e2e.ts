import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isViolation, type Result } from '@rolecall/verifier/report';
import { beforeAll, describe, expect, it } from 'vitest';
import { difference, DOCUMENT, installedVersions } from './check.ts';
import { renderDocument } from './document.ts';
import { type Outcome, verifyAll } from './verify-all.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

let outcomes: Outcome[];
beforeAll(async () => {
  outcomes = await verifyAll();
}, 240_000);

const resultsOf = (name: string): Result[] => outcomes.find(({ contestant }) => contestant.name === name)?.report.results ?? [];
const violated = (name: string): string[] =>
  resultsOf(name)
    .filter((result) => isViolation(result))
    .map(({ id }) => id);

describe('the verifier before authorization servers of several makers', () => {
  it('finds what docs/interoperability.md says', async () => {
    const expected = renderDocument(outcomes, await installedVersions(ROOT));
    expect(difference(await readFile(new URL(`../../${DOCUMENT}`, import.meta.url), 'utf8'), expected)).toBeUndefined();
  });

  it('finds nothing wrong with ours', () => {
    expect(violated('Rolecall')).toEqual([]);
  });

  it('has no check that fails by itself', () => {
    const broken = outcomes.flatMap(({ contestant, report }) =>
      report.results
        .filter(({ because }) => because?.includes('the check itself has failed'))
        .map(({ id, because }) => [contestant.name, id, because]),
    );
    expect(broken).toEqual([]);
  });

  it('sees through a mock, where ours is right', () => {
    const mistakes = [
      ...['AS-AUTHZ-02', 'AS-AUTHZ-03'], // whoever asks, and wherever it leads
      'AS-AUTHZ-09', // no PKCE
      ...['AS-CAUTH-03', 'AS-CAUTH-06'], // any secret, and none
      ...['AS-CODE-03', 'AS-CODE-04'], // another client’s code, and what a replayed one had given
      ...['AS-INTRO-02', 'AS-INTRO-03'], // it calls everything active that anybody shows it
      'AS-REV-01', // it revokes nothing
    ];
    expect(violated('oauth2-mock-server')).toEqual(expect.arrayContaining(mistakes));
    const passed = resultsOf('Rolecall').filter(({ verdict }) => verdict === 'passed');
    expect(passed.map(({ id }) => id)).toEqual(expect.arrayContaining(mistakes));
  });
});
