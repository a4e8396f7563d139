import { describe, expect, it } from 'vitest';
import { compareMessages } from '../contracts/compare/compare-messages.ts';
import { compareOpenApi } from '../contracts/compare/compare-openapi.ts';
import { compareSchemas } from '../contracts/compare/compare-schemas.ts';
import { announcesBreakage, isNewer } from '../contracts/version.ts';

/** Does it break somebody where the role receives, or sends, what the schema says? */
type Breaks = 'neither' | 'receives' | 'sends' | 'both';

const object = (properties: object, required: string[] = [], more: object = {}) => ({ type: 'object', properties, required, ...more });
const text = { type: 'string' };
const closed = { additionalProperties: false };
const variant = (kind: string, more: object = {}) => object({ kind: { const: kind }, ...more }, ['kind']);

describe('a change of a schema', () => {
  it.each<[string, unknown, unknown, Breaks]>([
    ['nothing', object({ a: text }), object({ a: text }), 'neither'],
    ['the order of members and values', object({ a: text, b: { enum: [1, 2] } }), object({ b: { enum: [2, 1] }, a: text }), 'neither'],
    ['words', { ...text, description: 'one' }, { ...text, description: 'other', title: 'x', 'x-note': 1 }, 'neither'],

    ['a new optional member', object({}), object({ a: text }), 'neither'],
    ['a new optional member where there were to be no others', object({}, [], closed), object({ a: text }, [], closed), 'sends'],
    ['a new required member', object({}), object({ a: text }, ['a']), 'receives'],
    ['a member that becomes required', object({ a: text }), object({ a: text }, ['a']), 'receives'],
    ['a member that becomes optional', object({ a: text }, ['a']), object({ a: text }), 'sends'],
    ['a required member is gone', object({ a: text }, ['a']), object({}), 'both'],
    ['an optional member is gone', object({ a: text }), object({}), 'both'],
    [
      'a member within a member becomes required',
      object({ a: object({ b: text }) }),
      object({ a: object({ b: text }, ['b']) }),
      'receives',
    ],
    ['what is required without being described is not any more', object({}, ['a']), object({}), 'sends'],
    [
      'a new member that is not as all others were to be',
      object({}, [], { additionalProperties: text }),
      object({ a: { type: 'number' } }, [], { additionalProperties: text }),
      'both',
    ],
    ['other members are not allowed any more', object({}), object({}, [], closed), 'receives'],
    ['other members are allowed', object({}, [], closed), object({}), 'sends'],
    ['other members have a type', object({}, [], { additionalProperties: {} }), object({}, [], { additionalProperties: text }), 'receives'],
    ['what a member needs beside it', object({}), object({}, [], { dependentRequired: { a: ['b'] } }), 'receives'],
    ['what a member does not need any more', object({}, [], { dependentRequired: { a: ['b'] } }), object({}), 'sends'],

    ['another type', text, { type: 'number' }, 'both'],
    ['a narrowed type', { type: ['string', 'null'] }, text, 'receives'],
    ['a widened type', text, { type: ['string', 'null'] }, 'sends'],
    ['a number becomes an integer', { type: 'number' }, { type: 'integer' }, 'receives'],
    ['an integer becomes a number', { type: 'integer' }, { type: 'number' }, 'sends'],
    ['any type', text, {}, 'sends'],
    ['a type at last', {}, text, 'receives'],

    ['a value more', { enum: ['a'] }, { enum: ['a', 'b'] }, 'sends'],
    ['a value less', { enum: ['a', 'b'] }, { enum: ['a'] }, 'receives'],
    ['another value', { const: 'a' }, { const: 'b' }, 'both'],
    ['a list of one value is that value', { enum: ['a'] }, { const: 'a' }, 'neither'],
    ['values at last', text, { ...text, enum: ['a'] }, 'receives'],
    ['any value', { ...text, const: 'a' }, text, 'sends'],

    ['a minimum', text, { ...text, minLength: 1 }, 'receives'],
    ['a greater minimum', { type: 'integer', minimum: 1 }, { type: 'integer', minimum: 2 }, 'receives'],
    ['a smaller minimum', { type: 'integer', minimum: 1 }, { type: 'integer', minimum: 0 }, 'sends'],
    ['no minimum', { type: 'array', minItems: 1 }, { type: 'array' }, 'sends'],
    ['a smaller maximum', { ...text, maxLength: 200 }, { ...text, maxLength: 100 }, 'receives'],
    ['a greater maximum', { ...text, maxLength: 100 }, { ...text, maxLength: 200 }, 'sends'],
    ['no maximum', { ...text, maxLength: 100 }, text, 'sends'],
    ['a pattern', text, { ...text, pattern: '^a$' }, 'receives'],
    ['no pattern', { ...text, pattern: '^a$' }, text, 'sends'],
    ['another pattern', { ...text, pattern: '^a$' }, { ...text, pattern: '^b$' }, 'both'],
    ['another format', { ...text, format: 'uri' }, { ...text, format: 'email' }, 'both'],
    ['something is ruled out', object({}), object({}, [], { not: { required: ['a'] } }), 'receives'],
    ['another default', { ...text, default: 'a' }, { ...text, default: 'b' }, 'both'],
    ['a default at last', text, { ...text, default: 'a' }, 'neither'],

    ['other entries', { type: 'array', items: text }, { type: 'array', items: { type: 'number' } }, 'both'],
    ['entries of a value less', { items: { enum: ['a', 'b'] } }, { items: { enum: ['a'] } }, 'receives'],
    ['a list of another length', { prefixItems: [text] }, { prefixItems: [text, text] }, 'both'],
    ['a place in a list', { prefixItems: [{ const: 1 }] }, { prefixItems: [{ enum: [1, 2] }] }, 'sends'],

    ['another alternative', { oneOf: [variant('a')] }, { oneOf: [variant('a'), variant('b')] }, 'sends'],
    ['an alternative less', { oneOf: [variant('a'), variant('b')] }, { oneOf: [variant('b')] }, 'receives'],
    [
      'the order of alternatives',
      { oneOf: [variant('a'), variant('b', { c: text })] },
      { oneOf: [variant('b', { c: text }), variant('a')] },
      'neither',
    ],
    [
      'something in one of the alternatives',
      { oneOf: [variant('a'), variant('b', { c: { enum: [1, 2] } })] },
      { oneOf: [variant('b', { c: { const: 1 } }), variant('a')] },
      'receives',
    ],
    ['an alternative where there was none', text, { anyOf: [text, { type: 'array', items: text }] }, 'sends'],
    ['no alternative any more', { anyOf: [text, { type: 'array' }] }, text, 'receives'],
    ['an alternative, and a condition beside it', object({ a: text }), { required: ['b'], anyOf: [object({ a: text })] }, 'receives'],
    ['only one of the alternatives', { anyOf: [text, { minLength: 1 }] }, { oneOf: [text, { minLength: 1 }] }, 'receives'],
    ['more than one of the alternatives', { oneOf: [text, { minLength: 1 }] }, { anyOf: [text, { minLength: 1 }] }, 'sends'],
    [
      'alternatives of two kinds',
      { anyOf: [text], oneOf: [{ const: 'a' }, { const: 'b' }] },
      { anyOf: [text], oneOf: [{ const: 'a' }] },
      'both',
    ],
    ['another condition', { allOf: [text] }, { allOf: [text, { maxLength: 1 }] }, 'receives'],
    ['a condition less', { allOf: [{ type: 'string' }, { maxLength: 1 }] }, { allOf: [{ type: 'string' }] }, 'sends'],
    ['something in a condition', { allOf: [{ enum: [1] }] }, { allOf: [{ enum: [1, 2] }] }, 'sends'],
    ['what nobody knows here', { if: text }, { if: {} }, 'both'],

    ['what is said elsewhere, by the same name', { $ref: '#/$defs/same' }, { $ref: '#/$defs/same' }, 'neither'],
    ['a condition beside what is said elsewhere', { $ref: '#/$defs/text' }, { $ref: '#/$defs/text', minLength: 3 }, 'receives'],
    ['words beside what is said elsewhere', { $ref: '#/$defs/text' }, { $ref: '#/$defs/text', description: 'other' }, 'neither'],
    [
      'a condition beside what is said elsewhere, by another name',
      { $ref: '#/$defs/text', maxLength: 3 },
      { $ref: '#/$defs/alike' },
      'sends',
    ],
    ['what is said elsewhere, by another name, and says the same', { $ref: '#/$defs/text' }, { $ref: '#/$defs/alike' }, 'neither'],
    ['what is said elsewhere, by another name', { $ref: '#/$defs/text' }, { $ref: '#/$defs/same' }, 'both'],
    ['what was said elsewhere is said here', { $ref: '#/$defs/text' }, { ...text, minLength: 1 }, 'receives'],
  ])('%s', (_name, before, after, breaks) => {
    const root = { $defs: { text, alike: { ...text, description: 'the same' }, same: { type: 'number' } } };
    const roots = { before: root, after: root };
    const isBroken = (direction: 'receives' | 'sends') =>
      compareSchemas(before, after, direction, '', roots).some(({ breaking }) => breaking);
    expect({ receives: isBroken('receives'), sends: isBroken('sends') }).toEqual({
      receives: breaks === 'receives' || breaks === 'both',
      sends: breaks === 'sends' || breaks === 'both',
    });
  });

  it('says where it is, and what', () => {
    const before = { oneOf: [variant('a', { list: { type: 'array', items: object({ x: { enum: [1, 2] } }) } }), variant('b')] };
    const after = { oneOf: [variant('a', { list: { type: 'array', items: object({ x: { const: 1 } }) } }), variant('b')] };
    expect(compareSchemas(before, after, 'receives', 'M', { before, after })).toEqual([
      { where: 'M (kind: a)/list/*/x', what: 'is not 2 any more', breaking: true },
    ]);
  });

  it('leads somewhere, or is an error', () => {
    expect(() => compareSchemas({ $ref: '#/nowhere' }, text, 'sends', '', { before: {}, after: {} })).toThrow('leads nowhere');
  });
});

interface Operation {
  [part: string]: unknown;
}
const ok = { 200: { description: '', content: { 'application/json': { schema: object({ a: text }, ['a']) } } } };
const service = (operation: Operation | undefined, more: object = {}) => ({
  paths: operation === undefined ? {} : { '/token': { post: { tags: ['client'], responses: ok, ...operation } } },
  ...more,
});
const parameter = (required: boolean, schema: object = text) => ({ parameters: [{ name: 'since', in: 'query', required, schema }] });
const body = (schema: object, required = true, type = 'application/json') => ({
  requestBody: { required, content: { [type]: { schema } } },
});
const answers = (responses: object) => ({ responses });
const header = (required: boolean) => answers({ 200: { headers: { 'Retry-After': { required, schema: text } } } });
const inJson = (schema: object) => ({ content: { 'application/json': { schema } } });

describe('a change of a service', () => {
  it.each<[string, Operation | undefined, Operation | undefined, boolean]>([
    ['nothing', {}, {}, false],
    ['another operation', undefined, {}, false],
    ['an operation less', {}, undefined, true],
    ['an optional parameter', {}, parameter(false), false],
    ['a required parameter', {}, parameter(true), true],
    ['a parameter less', parameter(false), {}, true],
    ['a parameter that becomes required', parameter(false), parameter(true), true],
    ['a parameter that becomes optional', parameter(true), parameter(false), false],
    ['a parameter of fewer values', parameter(true), parameter(true, { ...text, maxLength: 3 }), true],
    ['a parameter of more values', parameter(true, { enum: ['a'] }), parameter(true, { enum: ['a', 'b'] }), false],
    ['a body that may be sent', {}, body(text, false), false],
    ['a body that has to be sent', {}, body(text), true],
    ['a body that is not read any more', body(text), {}, true],
    ['a required body at last', body(text, false), body(text), true],
    ['a member that has to be sent', body(object({})), body(object({ a: text }, ['a'])), true],
    ['a member that may be sent', body(object({})), body(object({ a: text })), false],
    ['a body of another media type', body(text), body(text, true, 'text/plain'), true],
    ['an answer’s member that is not always there', {}, answers({ 200: inJson(object({ a: text })) }), true],
    ['an answer’s further member', {}, answers({ 200: inJson(object({ a: text, b: text }, ['a'])) }), false],
    ['an answer’s member that is gone', {}, answers({ 200: inJson(object({})) }), true],
    ['an answer without a body', {}, answers({ 200: {} }), true],
    ['an answer that has a body now', answers({ 200: {} }), answers(ok), true],
    ['a further media type of an answer', {}, answers({ 200: { content: { ...ok[200].content, 'text/html': {} } } }), false],
    ['another media type of an answer', {}, answers({ 200: { content: { 'text/html': {} } } }), true],
    ['another status of success', {}, answers({ 201: ok[200] }), true],
    ['a further status of success', {}, answers({ ...ok, 202: {} }), true],
    ['a status less', answers({ ...ok, 404: {} }), answers(ok), true],
    ['a further error', {}, answers({ ...ok, 404: {} }), true],
    ['a further error that was among the others', answers({ ...ok, default: {} }), answers({ ...ok, 404: {}, default: {} }), false],
    ['a further error, not as the others', answers({ ...ok, default: {} }), answers({ ...ok, 404: inJson(text), default: {} }), true],
    ['a success that nobody took for one of the errors', answers({ ...ok, default: {} }), answers({ ...ok, 204: {}, default: {} }), true],
    ['a header that is not always there', header(true), header(false), true],
    ['a header that is always there', header(false), header(true), false],
    ['a further header', answers({ 200: {} }), header(true), false],
    ['a header less', header(false), answers({ 200: {} }), true],
    ['another way in', { security: [{ basic: [] }] }, { security: [{ basic: [] }, { bearer: [] }] }, false],
    ['a way in less', { security: [{ basic: [] }, { bearer: [] }] }, { security: [{ bearer: [] }] }, true],
    ['a scope more', { security: [{ bearer: ['a'] }] }, { security: [{ bearer: ['a', 'b'] }] }, true],
    ['a scope less', { security: [{ bearer: ['a', 'b'] }] }, { security: [{ bearer: ['a'] }] }, false],
    ['a further scheme at once', { security: [{ basic: [] }] }, { security: [{ basic: [], tls: [] }] }, true],
    [
      'a parameter that is written otherwise',
      parameter(false),
      { parameters: [{ ...parameter(false).parameters[0], style: 'deepObject' }] },
      true,
    ],
    [
      'a body that is encoded otherwise',
      body(text),
      { requestBody: { required: true, content: { 'application/json': { schema: text, encoding: {} } } } },
      true,
    ],
    ['a way in where it was open', {}, { security: [{ basic: [] }] }, true],
  ])('%s', (_name, before, after, breaking) => {
    const changes = compareOpenApi(service(before) as never, service(after) as never);
    expect(changes.some((change) => change.breaking)).toBe(breaking);
    for (const change of changes.filter((each) => each.breaking)) expect(change.breaks).toEqual(['client']);
  });

  it('a way in that is demanded everywhere', () => {
    const shut = { security: [{ bearer: [] }] };
    expect(compareOpenApi(service({}) as never, service({}, shut) as never)).toMatchObject([
      { breaking: true, breaks: ['client'] },
      { breaking: false },
    ]);
    expect(compareOpenApi(service({}, shut) as never, service({ security: [] }, shut) as never).some(({ breaking }) => breaking)).toBe(
      false,
    );
  });

  it('another scheme behind the same name breaks everybody', () => {
    const scheme = (type: string) => ({ components: { securitySchemes: { basic: { type, description: Math.PI.toString() } } } });
    expect(compareOpenApi(service({}, scheme('http')) as never, service({}, scheme('http')) as never)).toEqual([]);
    expect(compareOpenApi(service({}, scheme('http')) as never, service({}, scheme('oauth2')) as never)).toMatchObject([
      { where: 'security scheme basic', breaking: true, breaks: ['client'] },
    ]);
  });
});

describe('a change of a message', () => {
  const sent = (sender: string, receivers: string[], schema: object) => ({
    M: { ...schema, 'x-sender': sender, 'x-receivers': receivers },
  });
  const [small, great] = [{ enum: ['a'] }, { enum: ['a', 'b'] }];

  it.each<[string, string, string[], object, object, string[]]>([
    ['a client may say less', 'client', ['authorization-server'], great, small, ['client']],
    ['a client may say more', 'client', ['authorization-server'], small, great, []],
    ['a resource server may ask less', 'resource-server', ['authorization-server'], great, small, ['resource-server']],
    [
      'an authorization server says more',
      'authorization-server',
      ['client', 'resource-server'],
      small,
      great,
      ['client', 'resource-server'],
    ],
    ['an authorization server says less', 'authorization-server', ['client'], great, small, []],
    ['a resource server says more', 'resource-server', ['client'], small, great, ['client']],
  ])('%s', (_name, sender, receivers, before, after, breaks) => {
    const changes = compareMessages(
      { $defs: sent(sender, receivers, before) } as never,
      { $defs: sent(sender, receivers, after) } as never,
    );
    expect(changes).toHaveLength(1);
    expect(changes.flatMap((change) => (change.breaking ? change.breaks : []))).toEqual(breaks);
  });

  it('that goes breaks both sides, one that comes nobody', () => {
    const one = { $defs: sent('client', ['resource-server'], small) } as never;
    const none = { $defs: {} } as never;
    expect(compareMessages(one, none)).toMatchObject([{ breaking: true, breaks: ['client', 'resource-server'] }]);
    expect(compareMessages(none, one)).toMatchObject([{ breaking: false }]);
  });
});

describe('a version', () => {
  it.each([
    ['0.1.0', '0.1.1', false, true],
    ['0.1.0', '0.2.0', true, true],
    ['0.1.0', '1.0.0', true, true],
    ['0.2.0', '0.1.0', false, false],
    ['1.2.3', '1.3.0', false, true],
    ['1.2.3', '2.0.0', true, true],
    ['2.0.0', '1.9.9', false, false],
    ['0.9.0', '0.10.0', true, true],
    ['1.0.0', '1.0.0', false, false],
  ])('%s to %s', (from, to, breakage, newer) => {
    expect(announcesBreakage(from, to)).toBe(breakage);
    expect(isNewer(from, to)).toBe(newer);
  });

  it('is three numbers', () => {
    expect(() => announcesBreakage('0.1.0', 'latest')).toThrow('latest is no version');
  });
});
