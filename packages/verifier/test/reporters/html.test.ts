import { createHash } from 'node:crypto';
import { parse } from 'node-html-parser';
import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/reporters/html/page.ts';
import { attack, hostile, lax, right, wrong } from '../support/report.ts';

describe('a report as a page', () => {
  it('says in the beginning how it ended', () => {
    const heading = (report: typeof right, strict = false) => {
      const page = parse(renderHtml(report, { strict }));
      return [page.querySelector('title')?.text, page.querySelector('.conclusion')?.text];
    };
    expect(heading(right)).toEqual(['conformant: https://server.example', 'conformant']);
    expect(heading(wrong)).toEqual(['not conformant: https://server.example', 'not conformant']);
    expect([heading(lax)[1], heading(lax, true)[1]]).toEqual(['conformant', 'not conformant']);
  });

  it('counts by group and together', () => {
    const rows = parse(renderHtml(wrong))
      .querySelectorAll('tr')
      .map((row) => row.querySelectorAll('th, td').map(({ text }) => text));
    expect(rows[0]).toEqual(['Group', 'failed', 'passed', 'not tried', 'not applicable']);
    expect(rows).toContainEqual(['Authorization code grant', '1', '·', '·', '·']);
    expect(rows.at(-1)).toEqual(['All', '1', '1', '1', '1']);
  });

  it('opens the groups in which something failed, and links what is said to where it is written', () => {
    const page = parse(renderHtml(wrong));
    expect(page.querySelectorAll('details.group[open]').map(({ id }) => id)).toEqual(['AS-CODE']);
    const failed = page.querySelector('.is-failed');
    expect(failed?.querySelector('a')?.getAttribute('href')).toBe('https://www.rfc-editor.org/rfc/rfc6749#section-5.2');
    expect(failed?.querySelectorAll('pre').map(({ text }) => text)).toEqual([
      'POST https://server.example/token\ncontent-type: application/x-www-form-urlencoded\n\ngrant_type=authorization_code\n&code=[code 1a2b]',
      '200\ncontent-type: application/json\n\n{\n  "access_token": "[access_token 9f00]"\n}',
    ]);
  });

  it.each(Object.entries(hostile))('shows whatever the other side says, and is nothing else than without it: %s', (_name, text) => {
    const shape = (html: string) =>
      parse(html)
        .querySelectorAll('*')
        .map(({ tagName, attributes }) => [
          tagName,
          ...Object.entries(attributes)
            .filter(([name]) => name !== 'href')
            .flat(),
        ]);
    const html = renderHtml(attack(text));
    expect(shape(html)).toEqual(shape(renderHtml(attack('harmless'))));
    expect(html).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}]/u);
    expect(html).not.toContain('<script');
  });

  it('lets a browser use its own style alone', () => {
    const page = parse(renderHtml(right));
    const policy = page.querySelector('meta[http-equiv]')?.getAttribute('content') ?? '';
    const [style, ...others] = page.querySelectorAll('style');
    expect(others).toEqual([]);
    expect(policy).toBe(
      `default-src 'none'; style-src 'sha256-${createHash('sha256')
        .update(style?.rawText ?? '')
        .digest('base64')}'; img-src data:; form-action 'none'; base-uri 'none'`,
    );
  });
});
