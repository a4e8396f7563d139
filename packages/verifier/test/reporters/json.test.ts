import { format, resolveConfig } from 'prettier';
import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { jsonReport, renderJson } from '../../src/reporters/json.ts';
import { attack, hostile, lax, right, wrong } from '../support/report.ts';

describe('a report as JSON', () => {
  it.each([
    ['right', right],
    ['wrong', wrong],
    ['attacked', attack(hostile.markup + hostile.control)],
  ])('is as its schema describes it: %s', (_name, report) => {
    expect(() => jsonReport.parse(JSON.parse(renderJson(report)))).not.toThrow();
  });

  it('says what counts', () => {
    const conformant = (...parameters: Parameters<typeof renderJson>) => jsonReport.parse(JSON.parse(renderJson(...parameters))).conformant;
    expect([conformant(right), conformant(wrong), conformant(lax), conformant(lax, { strict: true })]).toEqual([true, false, true, false]);
  });

  it('has the schema that is written down (else: npx vitest run --update, and think about its version)', async () => {
    const schema = JSON.stringify(z.toJSONSchema(jsonReport));
    // As everything else here is formatted, so that nobody changes it by formatting.
    const options = await resolveConfig(import.meta.filename);
    await expect(await format(schema, { ...options, parser: 'json' })).toMatchFileSnapshot('../../report.schema.json');
  });
});
