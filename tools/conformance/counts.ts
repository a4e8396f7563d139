import type { State } from './assess.ts';
import type { Section } from './catalogue.ts';

/** How many items of a chapter or a section there are, and what is known of them. */
export interface Counts {
  title: string;
  all: number;
  verified: number;
  withReason: number;
  /** Neither a test nor a reason. */
  open: number;
  core: number;
  coreVerified: number;
}

export function counts(title: string, sections: readonly Section[], states: ReadonlyMap<string, State>): Counts {
  const sums: Counts = { title, all: 0, verified: 0, withReason: 0, open: 0, core: 0, coreVerified: 0 };
  for (const { id, core } of sections.flatMap(({ items }) => items)) {
    const state = states.get(id);
    const verified = (state?.tests.length ?? 0) > 0;
    sums.all++;
    if (verified) sums.verified++;
    else if (state?.reason === undefined) sums.open++;
    else sums.withReason++;
    if (core) sums.core++;
    if (core && verified) sums.coreVerified++;
  }
  return sums;
}

export function totals(rows: readonly Counts[]): Counts {
  const sum = (key: Exclude<keyof Counts, 'title'>): number => rows.reduce((total, each) => total + each[key], 0);
  return {
    title: 'Together',
    all: sum('all'),
    verified: sum('verified'),
    withReason: sum('withReason'),
    open: sum('open'),
    core: sum('core'),
    coreVerified: sum('coreVerified'),
  };
}
