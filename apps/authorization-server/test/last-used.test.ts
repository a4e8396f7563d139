import { createMovableClock } from '@rolecall/storage/test-support/movable-clock';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLastUsed } from '../src/clients/last-used.ts';
import type { ClientStore } from '../src/stores/types.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function start(touch: ClientStore['touch']) {
  const clock = createMovableClock();
  const error = vi.fn();
  return { clock, error, lastUsed: createLastUsed({ clients: { touch } as ClientStore, clock, logger: { error } }) };
}

it('writes many clients in one statement, each once an hour', async () => {
  const touch = vi.fn<ClientStore['touch']>(async () => {});
  const { clock, lastUsed } = start(touch);
  for (let time = 0; time < 100; time++) ['a', 'b'].forEach((id) => lastUsed.note(id));
  expect(touch).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(6_000);
  expect(touch.mock.calls).toEqual([[['a', 'b'], clock.now()]]);

  clock.advance(3_000);
  lastUsed.note('a');
  await vi.advanceTimersByTimeAsync(6_000);
  expect(touch).toHaveBeenCalledTimes(1);
  clock.advance(601);
  lastUsed.note('a');
  await vi.advanceTimersByTimeAsync(6_000);
  expect(touch.mock.calls[1]).toEqual([['a'], clock.now()]);
});

it('writes what is left when the server stops, and nothing when there is nothing', async () => {
  const touch = vi.fn<ClientStore['touch']>(async () => {});
  const { lastUsed } = start(touch);
  await lastUsed.close();
  expect(touch).not.toHaveBeenCalled();
  lastUsed.note('a');
  await lastUsed.close();
  expect(touch).toHaveBeenCalledTimes(1);
});

it('a database that cannot be written to disturbs nobody: the next use is noted again', async () => {
  const touch = vi.fn<ClientStore['touch']>().mockRejectedValueOnce(new Error('down')).mockResolvedValue();
  const { lastUsed, error } = start(touch);
  lastUsed.note('a');
  await vi.advanceTimersByTimeAsync(6_000);
  expect(error).toHaveBeenCalledTimes(1);
  lastUsed.note('a');
  await vi.advanceTimersByTimeAsync(6_000);
  expect(touch).toHaveBeenCalledTimes(2);
});
