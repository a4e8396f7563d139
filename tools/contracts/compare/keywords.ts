import { isDeepStrictEqual } from 'node:util';
import { type Effect, EITHER, NARROWS, NEITHER, WIDENS } from './change.ts';

export type Schema = Readonly<Record<string, unknown>>;

/** What happened to a keyword, in words, and what that does. */
export type Finding = readonly [what: string, effect: Effect];

/** The more of it, the less is allowed; or the other way round. */
const MINIMA = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties', 'minContains'];
const MAXIMA = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties', 'maxContains'];

/** What allows less by being there. Whether one allows less than another cannot be told. */
const CONSTRAINTS = [
  'pattern',
  'format',
  'multipleOf',
  'uniqueItems',
  'not',
  'contentEncoding',
  'contentMediaType',
  'propertyNames',
  'contains',
];

/** Looked at where objects, lists and alternatives are. */
const STRUCTURE = ['properties', 'required', 'additionalProperties', 'items', 'prefixItems', 'anyOf', 'oneOf', 'allOf', '$ref'];

/** For people. */
const ANNOTATIONS = [
  'title',
  'description',
  'examples',
  'example',
  'deprecated',
  'readOnly',
  'writeOnly',
  '$comment',
  '$schema',
  '$id',
  '$defs',
];

const VALUES = ['type', 'enum', 'const'];

/** What has changed between two schemas, of all that does not lead to further schemas. */
export function compareKeywords(before: Schema, after: Schema): Finding[] {
  const handled = new Set([...STRUCTURE, ...VALUES, 'dependentRequired', 'default', ...MINIMA, ...MAXIMA, ...CONSTRAINTS]);
  const others = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => !handled.has(name) && !isAnnotation(name) && !isDeepStrictEqual(before[name], after[name]),
  );
  return [
    ...compareTypes(typesOf(before), typesOf(after)),
    ...compareValues(valuesOf(before), valuesOf(after)),
    ...MINIMA.flatMap((name) => compareBound(name, before[name], after[name], 1)),
    ...MAXIMA.flatMap((name) => compareBound(name, before[name], after[name], -1)),
    ...CONSTRAINTS.flatMap((name) => compareConstraint(name, before[name], after[name])),
    ...compareDependencies(before['dependentRequired'], after['dependentRequired']),
    ...compareDefaults(before['default'], after['default']),
    ...others.map((name): Finding => [`${name} has changed`, EITHER]),
  ];
}

export const isAnnotation = (name: string): boolean => ANNOTATIONS.includes(name) || name.startsWith('x-');

/** Undefined: any. */
const typesOf = ({ type }: Schema): string[] | undefined => (type === undefined ? undefined : ([type].flat() as string[]));

function compareTypes(before: string[] | undefined, after: string[] | undefined): Finding[] {
  if (before === undefined || after === undefined) {
    if (before === after) return [];
    return [after === undefined ? ['may be of any type', WIDENS] : [`must be of type ${after.join(' or ')}`, NARROWS]];
  }
  const takes = (types: string[], type: string) => types.includes(type) || (type === 'integer' && types.includes('number'));
  const gone = before.filter((type) => !takes(after, type));
  const come = after.filter((type) => !takes(before, type));
  return [
    ...gone.map((type): Finding => [`is not of type ${type} any more`, NARROWS]),
    ...come.map((type): Finding => [`may be of type ${type}`, WIDENS]),
  ];
}

const valuesOf = (schema: Schema): unknown[] | undefined =>
  'const' in schema ? [schema['const']] : (schema['enum'] as unknown[] | undefined);

function compareValues(before: unknown[] | undefined, after: unknown[] | undefined): Finding[] {
  if (before === undefined || after === undefined) {
    if (before === after) return [];
    return [
      after === undefined
        ? ['may have any value', WIDENS]
        : [`may only be ${after.map((value) => JSON.stringify(value)).join(', ')}`, NARROWS],
    ];
  }
  const lacks = (values: unknown[]) => (value: unknown) => !values.some((each) => isDeepStrictEqual(each, value));
  return [
    ...before.filter(lacks(after)).map((value): Finding => [`is not ${JSON.stringify(value)} any more`, NARROWS]),
    ...after.filter(lacks(before)).map((value): Finding => [`may be ${JSON.stringify(value)}`, WIDENS]),
  ];
}

function compareBound(name: string, before: unknown, after: unknown, sign: 1 | -1): Finding[] {
  if (before === after) return [];
  if (before === undefined) return [[`has ${name} ${String(after)} now`, NARROWS]];
  if (after === undefined) return [[`has no ${name} any more`, WIDENS]];
  const isStricter = sign * (Number(after) - Number(before)) > 0;
  return [[`has ${name} ${String(after)} instead of ${String(before)}`, isStricter ? NARROWS : WIDENS]];
}

function compareConstraint(name: string, before: unknown, after: unknown): Finding[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (before === undefined) return [[`has ${name} ${JSON.stringify(after)} now`, NARROWS]];
  if (after === undefined) return [[`has no ${name} any more`, WIDENS]];
  return [[`has another ${name}: ${JSON.stringify(after)}`, EITHER]];
}

type Dependencies = Record<string, string[]> | undefined;

function compareDependencies(before: unknown, after: unknown): Finding[] {
  const pairs = (dependencies: unknown) =>
    Object.entries((dependencies as Dependencies) ?? {}).flatMap(([member, needed]) => needed.map((each) => `${member} needs ${each}`));
  const [old, current] = [pairs(before), pairs(after)];
  return [
    ...current.filter((each) => !old.includes(each)).map((each): Finding => [each, NARROWS]),
    ...old.filter((each) => !current.includes(each)).map((each): Finding => [`${each} no more`, WIDENS]),
  ];
}

/** What is left out means something else now. */
function compareDefaults(before: unknown, after: unknown): Finding[] {
  if (isDeepStrictEqual(before, after)) return [];
  const both = before !== undefined && after !== undefined;
  return [[`is ${JSON.stringify(after) ?? 'nothing in particular'} where it is left out`, both ? EITHER : NEITHER]];
}
