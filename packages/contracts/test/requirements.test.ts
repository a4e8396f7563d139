import { describe, expect, it } from 'vitest';
import { bearerErrorStatus, oauthErrorStatus } from '../src/error-codes.ts';
import { attack, referenceUrl } from '../src/requirements/attacks/attack.ts';
import { attacks, topics } from '../src/requirements/attacks/catalogue.ts';
import { groups, requirements } from '../src/requirements/catalogue.ts';
import { documents } from '../src/requirements/documents.ts';
import { expectedErrors } from '../src/requirements/outcome.ts';
import { requirement } from '../src/requirements/requirement.ts';
import { from, sectionLabel, sourceUrl } from '../src/requirements/source.ts';

const all = [...requirements, ...attacks];

describe('the catalogue', () => {
  it('holds to its schema, every requirement and every attack', () => {
    for (const each of requirements) expect(requirement.safeParse(each).error, each.id).toBeUndefined();
    for (const each of attacks) expect(attack.safeParse(each).error, each.id).toBeUndefined();
  });

  it('is whole: 434 requirements, 261 of them core, 201 with a refusal, and 65 attacks', () => {
    expect(requirements.length).toBe(434);
    expect(requirements.filter(({ core }) => core).length).toBe(261);
    expect(requirements.filter(({ mustReject }) => mustReject).length).toBe(201);
    expect(attacks.length).toBe(65);
  });

  it('gives each id and each sentence once', () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(new Set(requirements.map((each) => each.requirement)).size).toBe(requirements.length);
  });

  it('numbers a group from 01 on without a gap, under its name and its role', () => {
    const prefix = { 'authorization server': 'AS-', 'resource server': 'RS-', client: 'C-' };
    for (const { name, role, requirements: members } of groups) {
      expect(name.startsWith(prefix[role]), name).toBe(true);
      expect(members.map(({ id }) => id)).toEqual(members.map((_, index) => `${name}-${String(index + 1).padStart(2, '0')}`));
    }
    expect(attacks.map(({ id }) => id)).toEqual(attacks.map((_, index) => `SEC-${String(index + 1).padStart(2, '0')}`));
  });

  it('has a title for each group and topic, and none twice in a role', () => {
    const titles = [...groups.map(({ role, title }) => `${role}: ${title}`), ...topics.map(({ title }) => title)];
    for (const title of titles) expect(title).toMatch(/\S{3}/);
    expect(new Set(titles).size).toBe(titles.length);
  });

  it('knows every error code that the messages have', () => {
    for (const code of [...Object.keys(oauthErrorStatus), ...Object.keys(bearerErrorStatus)]) expect(expectedErrors).toContain(code);
  });
});

describe('a source', () => {
  it('has an address, each section of each requirement', () => {
    for (const { id, sources } of requirements)
      for (const { document, sections } of sources)
        for (const section of sections.length > 0 ? sections : [undefined]) {
          const url = sourceUrl(document, section);
          if (document === 'Rolecall') expect(url).toBe('architecture.md');
          else expect(new URL(url).protocol, id).toBe('https:');
        }
    for (const { id, seenIn } of attacks) for (const name of seenIn) expect(new URL(referenceUrl(name)).protocol, id).toBe('https:');
  });

  it('leads to the section by its number, and to the document by a name', () => {
    expect(sourceUrl('RFC 6749', '5.2')).toBe('https://www.rfc-editor.org/rfc/rfc6749.html#section-5.2');
    expect(sourceUrl('RFC 6749', 'A')).toBe('https://www.rfc-editor.org/rfc/rfc6749.html#appendix-A');
    expect(sourceUrl('OpenID Connect Core', '3.1.3.7')).toBe('https://openid.net/specs/openid-connect-core-1_0.html#rfc.section.3.1.3.7');
    expect(sourceUrl('RFC 10017', 'cookie security')).toBe('https://www.rfc-editor.org/rfc/rfc10017.html');
    expect([sectionLabel('5.2'), sectionLabel('cookie security')]).toEqual(['§5.2', 'cookie security']);
  });

  it('is cited: no document is listed that nothing comes from', () => {
    const cited = new Set(requirements.flatMap(({ sources }) => sources.map(({ document }) => document)));
    expect(Object.keys(documents).filter((name) => !cited.has(name as (typeof requirements)[0]['sources'][0]['document']))).toEqual([]);
    expect(from('RFC 6749')).toEqual({ document: 'RFC 6749', sections: [] });
  });
});
