import { isDeepStrictEqual } from 'node:util';
import type { Change } from './change.ts';
import { isAnnotation } from './keywords.ts';

/**
 * What has changed of a part of an OpenAPI document besides what is compared by its meaning: `style` of a parameter, `encoding` of a body. What it does is
 * not known here, so it is taken for breaking.
 *
 * @param known what is compared elsewhere.
 */
export function compareOtherParts(where: string, before: object = {}, after: object, known: readonly string[]): Change[] {
  const [old, current] = [before, after] as [Record<string, unknown>, Record<string, unknown>];
  return [...new Set([...Object.keys(old), ...Object.keys(current)])]
    .filter((name) => !known.includes(name) && !isAnnotation(name) && !isDeepStrictEqual(old[name], current[name]))
    .map((name) => ({ where, what: `has another ${name}`, breaking: true }));
}
