import type { Change } from './change.ts';
import { compareOtherParts } from './compare-other-parts.ts';
import { compareSchemas, type Roots } from './compare-schemas.ts';

interface Header {
  required?: boolean;
  schema?: unknown;
}

export interface Response {
  headers?: Record<string, Header>;
  content?: Record<string, { schema?: unknown }>;
}

type Responses = Record<string, Response>;

const breaking = (where: string, what: string): Change => ({ where, what, breaking: true });
const compatible = (where: string, what: string): Change => ({ where, what, breaking: false });

/**
 * What has changed in the answers of an operation. A status that is gone breaks whoever waits for it; a new one breaks nobody where `default`
 * has told of it before, and it is as that said.
 */
export function compareResponses(name: string, before: Responses, after: Responses, roots: Roots): Change[] {
  const changed = Object.entries(before).flatMap(([status, old]) => {
    const current = after[status];
    const where = `${name}, ${status}`;
    return current === undefined ? [breaking(where, 'is gone')] : compareResponse(where, old, current, roots);
  });
  const added = Object.entries(after).flatMap(([status, current]) => {
    if (status in before) return [];
    const where = `${name}, ${status}`;
    const general = /^[45]/.test(status) ? before['default'] : undefined;
    if (general === undefined) return [{ where, what: 'is new', breaking: status !== 'default' }];
    return [compatible(where, 'is new'), ...compareResponse(where, general, current, roots)];
  });
  return [...changed, ...added];
}

function compareResponse(where: string, before: Response, after: Response, roots: Roots): Change[] {
  return [
    ...compareHeaders(where, before.headers ?? {}, after.headers ?? {}, roots),
    ...compareContent(where, before.content, after.content, roots),
  ];
}

function compareHeaders(where: string, before: Record<string, Header>, after: Record<string, Header>, roots: Roots): Change[] {
  const changed = Object.entries(before).flatMap(([name, old]) => {
    const place = `${where}, header ${name}`;
    const current = after[name];
    if (current === undefined) return [breaking(place, 'is gone')];
    const requirement = [];
    if (old.required === true && current.required !== true) requirement.push(breaking(place, 'is optional now'));
    if (old.required !== true && current.required === true) requirement.push(compatible(place, 'is always there now'));
    return [
      ...requirement,
      ...compareSchemas(old.schema, current.schema, 'sends', place, roots),
      ...compareOtherParts(place, old, current, ['required', 'schema']),
    ];
  });
  const added = Object.keys(after).filter((name) => !(name in before));
  return [...changed, ...added.map((name) => compatible(`${where}, header ${name}`, 'is new'))];
}

/** Further media types harm nobody: they are sent to those who ask for them (RFC 9110 §12.5.1). */
function compareContent(where: string, before: Response['content'], after: Response['content'], roots: Roots): Change[] {
  if (before === undefined) return after === undefined ? [] : [breaking(where, 'has a body now')];
  if (after === undefined) return [breaking(where, 'has no body any more')];
  const changed = Object.entries(before).flatMap(([type, { schema }]) => {
    const current = after[type];
    return current === undefined
      ? [breaking(where, `is not ${type} any more`)]
      : [...compareSchemas(schema, current.schema, 'sends', where, roots), ...compareOtherParts(where, before[type], current, ['schema'])];
  });
  const added = Object.keys(after).filter((type) => !(type in before));
  return [...changed, ...added.map((type) => compatible(where, `may be asked for as ${type}`))];
}
