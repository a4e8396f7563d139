import { isDeepStrictEqual } from 'node:util';
import { type Change, type Direction, type Effect, EITHER, isBreaking, NARROWS, NEITHER, WIDENS } from './change.ts';
import { compareKeywords, isAnnotation, type Schema } from './keywords.ts';
import { pairAlternatives } from './pair-alternatives.ts';

/** The documents that references lead into. */
export interface Roots {
  before: unknown;
  after: unknown;
}

/**
 * What has changed between two JSON Schemas, each change with whether it breaks somebody. References to one and the same name are not followed:
 * what has a name is compared by itself. What this does not know is taken for breaking.
 *
 * @param where how the changes say where they are.
 */
export function compareSchemas(before: unknown, after: unknown, direction: Direction, where: string, roots: Roots): Change[] {
  const compare = (old: unknown, current: unknown, at: string): Change[] => {
    const [oldReference, reference] = [referenceOf(old), referenceOf(current)];
    if (oldReference !== undefined && oldReference === reference) return compare(besideReference(old), besideReference(current), at);
    const [one, other] = [resolve(old, roots.before), resolve(current, roots.after)];
    if (isDeepStrictEqual(withoutAnnotations(one), withoutAnnotations(other)) && isClosed(one)) return [];
    const change = (what: string, effect: Effect, place = at): Change => ({ where: place, what, breaking: isBreaking(effect, direction) });

    const [oldAlternatives, alternatives] = [alternativesOf(one), alternativesOf(other)];
    if (oldAlternatives !== undefined || alternatives !== undefined) {
      const { pairs, gone, come } = pairAlternatives(
        (oldAlternatives ?? [one]).map((each) => resolve(each, roots.before)),
        (alternatives ?? [other]).map((each) => resolve(each, roots.after)),
      );
      const beside = (schema: Schema) => (alternativesOf(schema) === undefined ? {} : withoutAlternatives(schema));
      return [
        ...compare(beside(one), beside(other), at),
        ...compareExclusiveness(one, other),
        ...pairs.flatMap(([left, right, name]) => compare(left, right, name === undefined ? at : `${at} (${name})`)),
        ...gone.map(() => change('has an alternative less', NARROWS)),
        ...come.map(() => change('has another alternative', WIDENS)),
      ];
    }
    return [
      ...compareKeywords(one, other).map(([what, effect]) => change(what, effect)),
      ...compareMembers(one, other),
      ...compareLists(one, other),
      ...compareAll(one, other),
    ];

    /** With `oneOf` not more than one alternative may be right, which rules out what is right by two. Of both keywords at once `anyOf` is followed. */
    function compareExclusiveness(left: Schema, right: Schema): Change[] {
      const isPlain = (schema: Schema) => !('anyOf' in schema && 'oneOf' in schema);
      if (isPlain(left) && isPlain(right)) {
        if ('anyOf' in left && 'oneOf' in right) return [change('may be one of the alternatives only', NARROWS)];
        if ('oneOf' in left && 'anyOf' in right) return [change('may be more than one of the alternatives', WIDENS)];
        return [];
      }
      return isDeepStrictEqual(left['oneOf'], right['oneOf']) ? [] : [change('has other alternatives beside its alternatives', EITHER)];
    }

    function compareMembers(left: Schema, right: Schema): Change[] {
      const [oldMembers, members] = [membersOf(left), membersOf(right)];
      const [wasRequired, isRequired] = [requiredOf(left), requiredOf(right)];
      const wasClosed = left['additionalProperties'] === false;
      const limit = isLimiting(left['additionalProperties']) ? left['additionalProperties'] : undefined;
      const names = [...new Set([...Object.keys(oldMembers), ...Object.keys(members), ...wasRequired, ...isRequired])];
      const changes = names.flatMap((name): Change[] => {
        const place = `${at}/${name}`;
        const requirement: Change[] = [];
        if (isRequired.has(name) && !wasRequired.has(name)) requirement.push(change('is required now', NARROWS, place));
        if (!isRequired.has(name) && wasRequired.has(name)) requirement.push(change('is optional now', WIDENS, place));
        // Even where other members are allowed: nobody reads or sends this one any more.
        if (name in oldMembers && !(name in members)) return [change('is gone', EITHER, place)];
        if (!(name in oldMembers) && name in members) {
          const asOneOfTheOthers = limit === undefined ? [] : compare(limit, members[name], place);
          return [change('is new', wasClosed ? WIDENS : NEITHER, place), ...requirement, ...asOneOfTheOthers];
        }
        if (name in oldMembers) return [...requirement, ...compare(oldMembers[name], members[name], place)];
        return requirement;
      });
      return [...changes, ...compareOpen(left['additionalProperties'], right['additionalProperties'], 'members that are not named')];
    }

    function compareLists(left: Schema, right: Schema): Change[] {
      const [oldItems, items] = [left, right].map((schema) => (schema['prefixItems'] ?? []) as unknown[]) as [unknown[], unknown[]];
      if (oldItems.length !== items.length) return [change('is a list of another length', EITHER)];
      return [
        ...oldItems.flatMap((item, index) => compare(item, items[index], `${at}/${index}`)),
        ...compareOpen(left['items'], right['items'], 'entries'),
      ];
    }

    /** Of a keyword that says what else there may be: anything, unless it is said. */
    function compareOpen(left: unknown = true, right: unknown = true, words: string): Change[] {
      if (isDeepStrictEqual(left, right)) return [];
      if (left === false) return [change(`may have ${words}`, WIDENS)];
      if (right === false) return [change(`may not have ${words} any more`, NARROWS)];
      return compare(left === true ? {} : left, right === true ? {} : right, `${at}/*`);
    }

    function compareAll(left: Schema, right: Schema): Change[] {
      const [oldParts, parts] = [left, right].map((schema) => (schema['allOf'] ?? []) as unknown[]) as [unknown[], unknown[]];
      const lacks = (others: unknown[]) => (part: unknown) =>
        !others.some((each) => isDeepStrictEqual(each, part) && referenceOf(part) !== undefined);
      const [gone, come] = [oldParts.filter(lacks(parts)), parts.filter(lacks(oldParts))];
      return [
        ...gone.slice(0, come.length).flatMap((part, index) => compare(part, come[index], at)),
        ...gone.slice(come.length).map(() => change('has a condition less', WIDENS)),
        ...come.slice(gone.length).map(() => change('has another condition', NARROWS)),
      ];
    }
  };
  return compare(before, after, where);
}

const referenceOf = (schema: unknown): string | undefined => (schema as { $ref?: string } | undefined)?.$ref;

/** The schema itself, for a reference to it. `true` allows all, `false` nothing. */
function resolve(schema: unknown, root: unknown): Schema {
  if (schema === true || schema === undefined) return {};
  if (schema === false) return { not: {} };
  const reference = referenceOf(schema);
  if (reference === undefined) return schema as Schema;
  const beside = besideReference(schema);
  const found = reference
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>(
      (part, name) => (part as Record<string, unknown> | undefined)?.[name.replaceAll('~1', '/').replaceAll('~0', '~')],
      root,
    );
  if (found === undefined) throw new Error(`${reference} leads nowhere`);
  return { ...resolve(found, root), ...beside };
}

/** What is said beside a reference holds, too (JSON Schema 2020-12 core §8.2.3.1). */
function besideReference(schema: unknown): Schema {
  const { $ref: _, ...beside } = schema as Schema;
  return withoutAnnotations(beside);
}

const alternativesOf = (schema: Schema): unknown[] | undefined => (schema['anyOf'] ?? schema['oneOf']) as unknown[] | undefined;
const withoutAlternatives = ({ anyOf: _any, oneOf: _one, ...rest }: Schema): Schema => rest;
const isLimiting = (others: unknown): boolean => typeof others === 'object' && Object.keys(others ?? {}).length > 0;
const membersOf = (schema: Schema): Schema => (schema['properties'] ?? {}) as Schema;
const requiredOf = (schema: Schema): Set<string> => new Set((schema['required'] ?? []) as string[]);

/** Nothing in it leads to a schema that is elsewhere, and may be another one there. */
const isClosed = (schema: Schema): boolean => !JSON.stringify(schema).includes('"$ref"');

function withoutAnnotations(schema: Schema): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => !isAnnotation(name)));
}
