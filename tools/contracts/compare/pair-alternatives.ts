import { isDeepStrictEqual } from 'node:util';
import type { Schema } from './keywords.ts';

/** Which alternatives of a schema before and after are the same one. */
export interface Alternatives {
  /** With what tells it from the others, if something does: `grant_type: refresh_token`. */
  pairs: [Schema, Schema, string | undefined][];
  gone: Schema[];
  come: Schema[];
}

/** Alternatives belong together that are equal; else those with the same tag; else those of the same type. */
export function pairAlternatives(before: readonly Schema[], after: readonly Schema[]): Alternatives {
  const pairs: Alternatives['pairs'] = [];
  let [gone, come] = [[...before], [...after]];
  const take = (belongs: (one: Schema, other: Schema) => boolean): void => {
    for (const one of [...gone]) {
      const other = come.find((each) => belongs(one, each));
      if (other === undefined) continue;
      pairs.push([one, other, tagOf(one, other)]);
      [gone, come] = [gone.filter((each) => each !== one), come.filter((each) => each !== other)];
    }
  };
  take((one, other) => isDeepStrictEqual(one, other));
  take((one, other) => tagOf(one, other) !== undefined);
  take((one, other) => tagsOf(one).size === 0 && tagsOf(other).size === 0 && isDeepStrictEqual(one['type'], other['type']));
  return { pairs, gone, come };
}

/** A member that has one value only, and the same one in both. */
function tagOf(one: Schema, other: Schema): string | undefined {
  return [...tagsOf(one)].find((tag) => tagsOf(other).has(tag));
}

function tagsOf({ properties = {} }: Schema): Set<string> {
  const fixed = Object.entries(properties as Record<string, { const?: unknown }>).filter(([, member]) => member.const !== undefined);
  return new Set(fixed.map(([name, member]) => `${name}: ${String(member.const)}`));
}
