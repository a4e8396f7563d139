import type { Chapter, Item } from './catalogue.ts';
import type { Reason } from './reasons.ts';

/** What is known of an item: the tests that verify it, or else why there is none. */
export interface State {
  tests: string[];
  reason: string | undefined;
}

export interface Assessment {
  /** By id, one for each item of the catalogue. */
  states: Map<string, State>;
  /** What is wrong, a sentence each. */
  problems: string[];
}

const itemsOf = (chapters: readonly Chapter[]): Item[] => chapters.flatMap(({ sections }) => sections.flatMap(({ items }) => items));

/** `AS-PAR-*` means the group, `AS-PAR-03` the one. */
const covers = (pattern: string, id: string): boolean => (pattern.endsWith('*') ? id.startsWith(pattern.slice(0, -1)) : id === pattern);

/**
 * Compares what tests name with what there is.
 *
 * @param named from id to the test files that name it
 * @param before the core ids that were verified when the report was last written
 */
export function assess(
  chapters: readonly Chapter[],
  named: ReadonlyMap<string, string[]>,
  reasons: readonly Reason[],
  before: ReadonlySet<string>,
): Assessment {
  const items = itemsOf(chapters);
  const states = new Map(
    items.map(({ id }): [string, State] => {
      const tests = named.get(id) ?? [];
      const reason = reasons.find(({ ids }) => ids.some((pattern) => covers(pattern, id)))?.reason;
      return [id, { tests, reason: tests.length === 0 ? reason : undefined }];
    }),
  );
  const untested = [...states].filter(([, { tests }]) => tests.length === 0).map(([id]) => id);
  return {
    states,
    problems: [
      ...[...named].filter(([id]) => !states.has(id)).map(([id, files]) => `${id} does not exist; it is named in ${files.join(', ')}.`),
      ...untested.filter((id) => before.has(id)).map((id) => `${id} is core and was verified; now no test names it.`),
      ...items
        .filter(({ id, core }) => core && states.get(id)?.tests.length === 0 && states.get(id)?.reason === undefined)
        .map(({ id }) => `${id} is core: it needs a test, or a reason in tools/conformance/reasons.ts.`),
      ...reasons
        .flatMap(({ ids }) => ids)
        .filter((pattern) => !untested.some((id) => covers(pattern, id)))
        .map((pattern) => `${pattern} has a reason in tools/conformance/reasons.ts, but nothing there is without a test.`),
    ],
  };
}
