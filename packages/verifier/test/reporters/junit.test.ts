import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/report.ts';
import { renderJunit } from '../../src/reporters/junit.ts';
import { attack, hostile, lax, right, wrong } from '../support/report.ts';

interface Case {
  name: string;
  classname: string;
  failure?: { message: string; type: string; '#text': string };
  skipped?: { message: string };
}
interface Suites {
  name: string;
  tests: string;
  failures: string;
  skipped: string;
  testsuite: { name: string; tests: string; failures: string; skipped: string; testcase: Case[] }[];
}

function parsed(report: Report, strict = false): Suites {
  const xml = renderJunit(report, { strict });
  expect(XMLValidator.validate(xml)).toBe(true);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseAttributeValue: false,
    isArray: (name) => name === 'testsuite' || name === 'testcase',
  });
  return parser.parse(xml).testsuites;
}
const casesOf = (suites: Suites): Case[] => suites.testsuite.flatMap(({ testcase }) => testcase);

describe('a report as JUnit XML', () => {
  it('has a suite for each group and a case for each requirement, and its numbers are right', () => {
    const suites = parsed(wrong);
    expect(suites).toMatchObject({ tests: '4', failures: '1', skipped: '2', name: 'authorization server https://server.example' });
    expect(casesOf(suites)).toHaveLength(4);
    for (const { tests, testcase } of suites.testsuite) expect(tests).toBe(String(testcase.length));
  });

  it('shows a failure with what was tried, what was said and where it is written', () => {
    const failure = casesOf(parsed(wrong)).find((each) => each.failure)?.failure;
    expect(failure).toMatchObject({ message: 'it answered 200', type: 'must' });
    expect(failure?.['#text']).toContain('https://www.rfc-editor.org/rfc/rfc6749#section-5.2');
    expect(failure?.['#text']).toContain('a code a second time: it answered 200');
    expect(failure?.['#text']).toMatch(/^> POST https:\/\/server\.example\/token$/m);
    expect(failure?.['#text']).toMatch(/^< 200$/m);
  });

  it('skips what was not tried with the reason, and what does not count with what it is', () => {
    const messages = casesOf(parsed(lax)).flatMap(({ skipped }) => skipped?.message ?? []);
    expect(messages).toContain('not tried: nobody was named who could log in');
    expect(messages).toContain('failed, only a SHOULD: it answered 200');
    expect(parsed(lax, true).failures).toBe('1');
    expect(parsed(right).failures).toBe('0');
  });

  it.each(Object.entries(hostile))('stays XML whatever the other side says: %s', (_name, text) => {
    const report = attack(text);
    const suites = parsed(report);
    expect(casesOf(suites)).toHaveLength(2);
    expect(Object.keys(suites).sort()).toEqual(['errors', 'failures', 'name', 'skipped', 'tests', 'testsuite', 'time']);
    // Those that XML 1.0 §2.2 has no place for.
    expect(renderJunit(report)).not.toMatch(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u);
  });

  it('keeps what was said: it comes out of the XML as it went in', () => {
    const [first] = casesOf(parsed(attack('<b>&"\' ]]>')));
    expect(first?.failure?.message).toBe('<b>&"\' ]]>');
  });
});
