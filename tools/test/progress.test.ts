import { WriteStream } from 'node:tty';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { showProgress } from '../dev/progress.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function output(isTTY: boolean): { stream: WriteStream; text: () => string } {
  let text = '';
  const stream = { isTTY, write: (chunk: string) => ((text += chunk), true) } as unknown as WriteStream;
  return { stream, text: () => text };
}

it('writes a line for each event where there is no terminal, without control characters', () => {
  const { stream, text } = output(false);
  const progress = showProgress(['first', 'second'], performance.now(), stream);
  vi.advanceTimersByTime(2_500);
  progress.ready('second');
  progress.end();
  expect(text()).toBe('  … first   starting\n  … second  starting\n  ✓ second  ready after 2.5 s\n');
});

it('draws the same lines again on a terminal, and stops when told', () => {
  const { stream, text } = output(true);
  const progress = showProgress(['first', 'second'], performance.now(), stream);
  vi.advanceTimersByTime(200);
  expect(text()).toContain('\x1b[2A\x1b[2K  … first   starting, 0.2 s\n\x1b[2K  … second  starting, 0.2 s\n');
  progress.ready('first');
  progress.end();
  const soFar = text();
  expect(soFar.endsWith('\x1b[2A\x1b[2K  ✓ first   ready after 0.2 s\n\x1b[2K  … second  starting, 0.2 s\n')).toBe(true);
  vi.advanceTimersByTime(1_000);
  expect(text()).toBe(soFar);
});
