import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MalformedParametersError, parseParameters, queryParameters, registerForms } from '../src/parameters.ts';
import { createTestApp } from './support/app.ts';

const parsed = (text: string) => ({ ...parseParameters(text) });

describe('parameters', () => {
  it('come with all values that were sent, so that a repetition can be seen', () => {
    expect(parsed('a=1&b=2&a=3')).toEqual({ a: ['1', '3'], b: ['2'] });
  });

  it('are decoded as forms are', () => {
    expect(parsed('q=a+b%20c%C3%A9&empty=&bare')).toEqual({ q: ['a b cé'], empty: [''], bare: [''] });
  });

  it('of any name are only names', () => {
    const parameters = parseParameters('__proto__=x&constructor=y&toString=z');
    expect(Object.getPrototypeOf(parameters)).toBeNull();
    expect(parameters['__proto__']).toEqual(['x']);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect(parseParameters('')['constructor']).toBeUndefined();
  });

  it.each([
    ['a broken percent encoding', 'a=%'],
    ['half a percent encoding', 'a=%4'],
    ['letters that are no digits', 'a=%zz'],
    ['bytes that are not UTF-8', 'a=%C3%28'],
    ['an overlong encoding', 'a=%C0%AF'],
    ['half of a surrogate pair', 'a=%ED%A0%80'],
    ['a NUL character in a value', 'a=x%00y'],
    ['a NUL character in a name', 'a%00=x'],
    ['bytes that were not UTF-8 when they were read', 'a=\uFFFD'],
    ['more than a hundred', Array.from({ length: 101 }, (_, index) => `p${index}=`).join('&')],
  ])('are refused with %s', (_case, text) => {
    expect(() => parseParameters(text)).toThrow(MalformedParametersError);
  });

  it('may be a hundred', () => {
    expect(Object.keys(parseParameters(Array.from({ length: 100 }, (_, index) => `p${index}=`).join('&')))).toHaveLength(100);
  });

  it('of a URL are what follows the first question mark', () => {
    expect({ ...queryParameters('/authorize?a=1?2') }).toEqual({ a: ['1?2'] });
    expect({ ...queryParameters('/authorize') }).toEqual({});
  });
});

describe('a form', () => {
  let app: FastifyInstance;
  beforeEach(async () => {
    ({ app } = await createTestApp());
    await registerForms(app, 1_000);
    app.post('/form', async (request) => request.body);
  });
  afterEach(() => app.close());
  const post = (type: string | undefined, payload: string | Buffer) =>
    app.inject({ method: 'POST', url: '/form', ...(type && { headers: { 'content-type': type } }), payload });

  it('arrives as parameters', async () => {
    const answer = await post('application/x-www-form-urlencoded; charset=utf-8', 'a=1&a=2');
    expect(answer.json()).toEqual({ a: ['1', '2'] });
  });

  it.each([
    ['JSON', 'application/json', '{"a":1}', 415],
    ['plain text', 'text/plain', 'a=1', 415],
    ['a multipart form', 'multipart/form-data; boundary=x', '--x--', 415],
    ['a type that is none', 'nonsense', 'a=1', 415],
    ['a broken encoding', 'application/x-www-form-urlencoded', 'a=%', 400],
    ['bytes that are not UTF-8', 'application/x-www-form-urlencoded', Buffer.from([0x61, 0x3d, 0xff, 0xfe]), 400],
    ['too much of it', 'application/x-www-form-urlencoded', `a=${'x'.repeat(1_000)}`, 413],
  ])('is refused when it is %s', async (_case, type, payload, status) => {
    expect((await post(type, payload)).statusCode).toBe(status);
  });

  it('is refused without a type', async () => {
    expect((await post(undefined, 'a=1')).statusCode).toBe(415);
  });
});
