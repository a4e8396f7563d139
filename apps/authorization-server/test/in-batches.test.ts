import { StoreUnavailableError } from '@rolecall/storage/store-unavailable-error';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { inBatches } from '../src/stores/postgres/in-batches.ts';

/** A statement whose answers are given one by one: what it was asked for, and the hands to answer it with. */
function held() {
  const batches: { items: string[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const run = (items: readonly string[]): Promise<string[]> =>
    new Promise((resolve, reject) => {
      batches.push({ items: [...items], answer: () => resolve(items.map((item) => `did ${item}`)), fail: reject });
    });
  return { batches, run };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const refusal = (code: string): Error => Object.assign(new Error('no'), { code, severity: 'ERROR' });
const itself = (item: string): string => item;

describe('in batches', () => {
  it('what comes at once goes as one, in the order of the keys, and each gets its own answer', async () => {
    const { batches, run } = held();
    const ask = inBatches(itself, run);
    const answers = Promise.all(['c', 'a', 'b'].map((item) => ask(item)));
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([['a', 'b', 'c']]);
    batches[0]?.answer();
    expect(await answers).toEqual(['did c', 'did a', 'did b']);
  });

  it('whoever is alone waits for nobody', async () => {
    const { batches, run } = held();
    const ask = inBatches(itself, run);
    const first = ask('first');
    await turn();
    expect(batches).toHaveLength(1);
    // The first one is still under way.
    const second = ask('second');
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([['first'], ['second']]);
    batches[1]?.answer();
    expect(await second).toBe('did second');
    batches[0]?.answer();
    expect(await first).toBe('did first');
  });

  it('while four are under way, what comes is gathered for the next one', async () => {
    const { batches, run } = held();
    const ask = inBatches(itself, run);
    const answers: Promise<string>[] = [];
    for (let count = 0; count < 4; count++) {
      answers.push(ask(`early ${count}`));
      await turn();
    }
    for (let count = 0; count < 3; count++) {
      answers.push(ask(`late ${count}`));
      await turn();
    }
    expect(batches).toHaveLength(4);
    batches[2]?.answer();
    await answers[2];
    await turn();
    expect(batches[4]?.items).toEqual(['late 0', 'late 1', 'late 2']);
    for (const { answer } of batches) answer();
    await Promise.all(answers);
  });

  it('no batch has more than 64, and nobody is left out', async () => {
    const sizes: number[] = [];
    const ask = inBatches(itself, (items) => {
      sizes.push(items.length);
      return Promise.resolve([...items]);
    });
    const all = Array.from({ length: 500 }, (_, index) => `item ${index}`);
    expect(await Promise.all(all.map((item) => ask(item)))).toEqual(all);
    expect(Math.max(...sizes)).toBe(64);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(500);
  });

  it('items with the same key never share a batch', async () => {
    const { batches, run } = held();
    const ask = inBatches(([key = '']: string) => key, run);
    const answers = ['a1', 'a2', 'b1', 'a3'].map((item) => ask(item));
    for (let count = 0; count < 4; count++) await turn();
    expect(batches.map(({ items }) => items)).toEqual([['a1', 'b1'], ['a2'], ['a3']]);
    for (const { answer } of batches) answer();
    expect(await Promise.all(answers)).toEqual(['did a1', 'did a2', 'did b1', 'did a3']);
  });

  it('one that the database refuses does no harm to the others', async () => {
    const runs: string[][] = [];
    const ask = inBatches(itself, async (items) => {
      runs.push([...items]);
      if (items.includes('bad')) throw refusal('23503');
      return items.map((item) => `did ${item}`);
    });
    const outcomes = await Promise.allSettled(['good', 'bad', 'better'].map((item) => ask(item)));
    expect(outcomes).toEqual([
      { status: 'fulfilled', value: 'did good' },
      { status: 'rejected', reason: expect.objectContaining({ code: '23503' }) },
      { status: 'fulfilled', value: 'did better' },
    ]);
    expect(runs).toEqual([['bad', 'better', 'good'], ['bad'], ['better'], ['good']]);
  });

  it('one that is refused alone is not asked for again', async () => {
    let runs = 0;
    const ask = inBatches(itself, () => {
      runs += 1;
      return Promise.reject(refusal('23503'));
    });
    await expect(ask('bad')).rejects.toMatchObject({ code: '23503' });
    expect(runs).toBe(1);
  });

  it.each([
    ['ECONNRESET', undefined],
    // Five letters, and none of the database's.
    ['EPIPE', undefined],
    ['08006', 'FATAL'],
    ['25006', 'ERROR'],
    ['57P01', 'FATAL'],
    ['53300', 'FATAL'],
    ['XX000', 'PANIC'],
    [undefined, undefined],
  ])(
    'where it is not known what became of a batch (%s), or another attempt does not help, all of it fails and nothing is tried again',
    async (code, severity) => {
      let runs = 0;
      const ask = inBatches(itself, () => {
        runs += 1;
        return Promise.reject(
          Object.assign(new Error('away'), { ...(code !== undefined && { code }), ...(severity !== undefined && { severity }) }),
        );
      });
      const outcomes = await Promise.allSettled(['a', 'b'].map((item) => ask(item)));
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      expect(runs).toBe(1);
    },
  );

  it.each([
    ['waited too long for a lock', refusal('55P03')],
    ['took too long', refusal('57014')],
    ['has a time that cannot be written', new RangeError('Invalid time value')],
  ])('one that %s does no harm to the others', async (_what, error) => {
    const ask = inBatches(itself, async (items) => {
      if (items.includes('bad')) throw error;
      return [...items];
    });
    const outcomes = await Promise.allSettled(['good', 'bad', 'better'].map((item) => ask(item)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('who has waited too long is refused, and nothing is done for it later', async () => {
    const { batches, run } = held();
    const ask = inBatches(itself, run);
    const early: Promise<string>[] = [];
    for (let count = 0; count < 4; count++) {
      early.push(ask(`early ${count}`));
      await turn();
    }
    // Four are under way: this one waits.
    const late = ask('late');
    const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 4_000);
    onTestFinished(() => clock.mockRestore());
    batches.forEach(({ answer }) => answer());
    await expect(late).rejects.toBeInstanceOf(StoreUnavailableError);
    await Promise.all(early);
    expect(batches).toHaveLength(4);
    const soon = ask('soon');
    await turn();
    batches.at(-1)?.answer();
    expect(await soon).toBe('did soon');
  });

  it('when too much waits, what comes is refused at once', async () => {
    const { run } = held();
    const ask = inBatches(itself, run);
    const waiting = Array.from({ length: 5_000 }, (_, index) => ask(`${index}`));
    waiting.forEach((each) => void each.catch(() => {}));
    await expect(ask('one more')).rejects.toBeInstanceOf(StoreUnavailableError);
  });

  it('goes on after a failure', async () => {
    let down = true;
    const ask = inBatches(itself, (items) => (down ? Promise.reject(new Error('away')) : Promise.resolve([...items])));
    for (let count = 0; count < 5; count++) await expect(ask('x')).rejects.toThrow('away');
    down = false;
    expect(await ask('x')).toBe('x');
  });
});
