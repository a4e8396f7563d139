import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/reporters/html/page.ts';
import { showProgress } from '../../src/reporters/progress.ts';
import { renderTerminal } from '../../src/reporters/terminal.ts';
import { attack, empty, hostile, lax, right, wrong } from '../support/report.ts';

describe('a report for a terminal', () => {
  it('ends with the conclusion and the numbers', () => {
    const last = (text: string) => text.trimEnd().split('\n').at(-1);
    expect(last(renderTerminal(right))).toBe('conformant: 1 passed, 1 not tried, 1 not applicable in 4.3 s');
    expect(last(renderTerminal(wrong))).toMatch(/^not conformant: 1 failed, /);
    expect(last(renderTerminal(lax))).toMatch(/^conformant: 1 failed, /);
    expect(last(renderTerminal(lax, { strict: true }))).toMatch(/^not conformant: 1 failed, /);
    expect(last(renderTerminal(empty))).toMatch(/^nothing could be verified: 1 not tried/);
  });

  it('says which core requirements could not be tried, and not what nobody can see or was left out', () => {
    const core = { core: true, verdict: 'not tried' as const };
    const [first, second] = right.results;
    if (first === undefined || second === undefined) throw new Error('the report has no results');
    const trial = { title: 'a code', verdict: 'not tried' as const, because: 'nobody could log in', milliseconds: 1, exchanges: [] };
    const results = [
      { ...first, ...core, id: 'AS-CODE-01', trials: [trial] },
      { ...second, ...core, id: 'AS-CODE-02', trials: [] },
      { ...second, ...core, core: false, id: 'AS-CODE-05', trials: [trial] },
    ];
    expect(renderTerminal({ ...right, results })).toMatch(/^Core requirements that could not be tried: AS-CODE-01$/m);
    expect(renderHtml({ ...right, results })).toContain('Core requirements that could not be tried: AS-CODE-01</p>');
    expect(renderTerminal(right) + renderHtml(right)).not.toContain('could not be tried');
  });

  it('shows a failure with what was expected, what was said in short, and where it is written', () => {
    const text = renderTerminal(wrong);
    expect(text).toContain('a code a second time: it answered 200');
    expect(text).toContain('→ POST https://server.example/token grant_type=authorization_code&code=[code 1a2b]');
    expect(text).toContain('← 200 application/json {"access_token":"[access_token 9f00]"}');
    expect(text).toContain('RFC 6749 §5.2 https://www.rfc-editor.org/rfc/rfc6749#section-5.2');
  });

  it('says in words what it says in colours', () => {
    expect(renderTerminal(wrong, { colour: true })).not.toBe(renderTerminal(wrong));
    expect(renderTerminal(wrong)).not.toContain('\u001b');
    expect(stripVTControlCharacters(renderTerminal(wrong, { colour: true }))).toBe(renderTerminal(wrong));
  });

  it.each(Object.entries(hostile))(
    'hands nothing to the terminal that it would obey, and starts no line of the other side’s: %s',
    (_name, text) => {
      const shown = renderTerminal(attack(`${text}\nconformant: all passed`));
      expect(shown).not.toMatch(/[^\n\P{Cc}]|\p{Cf}/u);
      expect(shown).not.toMatch(/^conformant/m);
    },
  );

  it('leaves pages of markup out of the short account', () => {
    const page = attack('<!doctype html>');
    for (const { trials } of page.results)
      for (const { exchanges } of trials)
        for (const { response } of exchanges)
          if (response) Object.assign(response, { headers: [['content-type', 'text/html']], body: '<h1>hello</h1>' });
    expect(renderTerminal(page)).not.toContain('<h1>');
  });
});

describe('progress', () => {
  const told = (isTTY: boolean): string => {
    let written = '';
    const progress = showProgress({ isTTY, columns: 40, write: (text: string | Uint8Array) => ((written += String(text)), true) });
    progress.onStart(2);
    progress.onTrial(['X-1'], { title: `${hostile.control} ${'long '.repeat(40)}`, verdict: 'passed', milliseconds: 1, exchanges: [] });
    progress.onTrial(['X-2'], { title: 'two', verdict: 'failed', milliseconds: 1, exchanges: [] });
    progress.end();
    return written;
  };

  it('is one line on a terminal, which is gone at the end', () => {
    const lines = told(true).split('\r\u001b[K');
    expect(lines.map((line) => line.length <= 40)).not.toContain(false);
    expect(lines.at(-2)).toBe('2/2 failed: X-2 two');
    expect(lines.at(-1)).toBe('');
    expect(lines.join('')).not.toMatch(/\p{Cc}/u);
  });

  it('is one line in a log', () => {
    expect(told(false)).toBe('2 checks\n');
  });
});
