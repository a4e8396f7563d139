import { isDeepStrictEqual } from 'node:util';
import type { Change } from './change.ts';
import type { Consequence } from './compare-messages.ts';
import { compareSchemas, type Roots } from './compare-schemas.ts';
import { compareOtherParts } from './compare-other-parts.ts';
import { compareResponses, type Response } from './compare-responses.ts';

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema?: unknown;
}

type Content = Record<string, { schema?: unknown }>;

/** What is looked at of an operation. What it has a browser bring elsewhere (`callbacks`) is among the messages. */
interface Operation {
  tags?: string[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Content };
  responses: Record<string, Response>;
  security?: unknown[];
}

interface OpenApiDocument {
  paths: Record<string, Record<string, Operation>>;
  security?: unknown[];
  components?: { securitySchemes?: Record<string, unknown> };
}

const breaking = (where: string, what: string): Change => ({ where, what, breaking: true });
const compatible = (where: string, what: string): Change => ({ where, what, breaking: false });

/** What has changed in what a role serves. Named messages are not compared here: see {@link compareMessages}. */
export function compareOpenApi(before: OpenApiDocument, after: OpenApiDocument): Consequence[] {
  const roots = { before, after };
  const [old, current] = [operationsOf(before), operationsOf(after)];
  const changed = [...old].flatMap(([name, operation]) => {
    const now = current.get(name);
    const changes = now === undefined ? [breaking(name, 'is gone')] : compareOperations(name, operation, now, roots);
    return changes.map((change) => ({ ...change, breaks: operation.tags ?? [] }));
  });
  const added = [...current.keys()].filter((name) => !old.has(name)).map((name) => compatible(name, 'is new'));
  const everybody = [...new Set([...old.values()].flatMap(({ tags = [] }) => tags))];
  const schemes = Object.entries(before.components?.securitySchemes ?? {})
    .filter(([name, scheme]) => !isDeepStrictEqual(meaning(scheme), meaning(after.components?.securitySchemes?.[name])))
    .map(([name]) => ({ ...breaking(`security scheme ${name}`, 'is gone, or another one'), breaks: everybody }));
  return [...changed, ...added.map((change) => ({ ...change, breaks: [] })), ...schemes];
}

function operationsOf({ paths, security = [] }: OpenApiDocument): Map<string, Operation> {
  return new Map(
    Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]): [string, Operation] => [
        `${method.toUpperCase()} ${path}`,
        { security, ...operation },
      ]),
    ),
  );
}

function compareOperations(name: string, before: Operation, after: Operation, roots: Roots): Change[] {
  return [
    ...compareParameters(name, before.parameters ?? [], after.parameters ?? [], roots),
    ...compareBodies(`${name}, request`, before.requestBody, after.requestBody, roots),
    ...compareResponses(name, before.responses, after.responses, roots),
    ...compareSecurity(name, before.security ?? [], after.security ?? []),
  ];
}

function compareParameters(name: string, before: Parameter[], after: Parameter[], roots: Roots): Change[] {
  const find = (parameters: Parameter[], wanted: Parameter) =>
    parameters.find((each) => each.name === wanted.name && each.in === wanted.in);
  const changed = before.flatMap((old) => {
    const where = `${name}, ${old.in} ${old.name}`;
    const current = find(after, old);
    if (current === undefined) return [breaking(where, 'is gone')];
    const requirement = [];
    if (current.required === true && old.required !== true) requirement.push(breaking(where, 'is required now'));
    if (current.required !== true && old.required === true) requirement.push(compatible(where, 'is optional now'));
    return [
      ...requirement,
      ...compareSchemas(old.schema, current.schema, 'receives', where, roots),
      ...compareOtherParts(where, old, current, ['name', 'in', 'required', 'schema']),
    ];
  });
  const added = after
    .filter((parameter) => find(before, parameter) === undefined)
    .map(({ name: parameter, in: place, required = false }) => ({
      where: `${name}, ${place} ${parameter}`,
      what: required ? 'is new, and required' : 'is new',
      breaking: required,
    }));
  return [...changed, ...added];
}

function compareBodies(where: string, before: Operation['requestBody'], after: Operation['requestBody'], roots: Roots): Change[] {
  if (before === undefined) return after === undefined ? [] : [{ where, what: 'has a body', breaking: after.required === true }];
  if (after === undefined) return [breaking(where, 'has no body any more')];
  const required = after.required === true && before.required !== true ? [breaking(where, 'needs a body now')] : [];
  const changed = Object.entries(before.content).flatMap(([type, { schema }]) => {
    const current = after.content[type];
    return current === undefined
      ? [breaking(where, `is not taken as ${type} any more`)]
      : [
          ...compareSchemas(schema, current.schema, 'receives', where, roots),
          ...compareOtherParts(where, before.content[type], current, ['schema']),
        ];
  });
  const added = Object.keys(after.content).filter((type) => !(type in before.content));
  return [...required, ...changed, ...added.map((type) => compatible(where, `is taken as ${type}`))];
}

/** Each entry is one way in. None at all: it is open. */
function compareSecurity(name: string, before: unknown[], after: unknown[]): Change[] {
  const ways = (security: unknown[]) => (security.length === 0 ? [{}] : security);
  const lacks = (others: unknown[]) => (way: unknown) => !others.some((each) => isDeepStrictEqual(each, way));
  const [old, current] = [ways(before), ways(after)];
  const isShut = (way: unknown) => !current.some((each) => isEnough(way as Requirement, each as Requirement));
  return [
    ...old.filter(isShut).map((way) => breaking(name, `cannot be called with ${JSON.stringify(way)} any more`)),
    ...current.filter(lacks(old)).map((way) => compatible(name, `can be called with ${JSON.stringify(way)}`)),
  ];
}

type Requirement = Record<string, string[]>;

/** Does what opened one way in open another one, too? It does where that wants no further scheme and no further scope. */
function isEnough(had: Requirement, wanted: Requirement): boolean {
  return Object.entries(wanted).every(([scheme, scopes]) => scopes.every((scope) => had[scheme]?.includes(scope)) && scheme in had);
}

function meaning(scheme: unknown): unknown {
  const { description: _, ...rest } = (scheme ?? {}) as Record<string, unknown>;
  return rest;
}
