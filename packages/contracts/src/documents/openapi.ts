import * as z from 'zod';
import { type JsonSchema, jsonSchemas, schemaOf } from './json-schema.ts';

/** Parts of OpenAPI 3.1 documents that the roles' documents are made of. */

export interface Response {
  description: string;
  headers?: Record<string, JsonSchema>;
  content?: Record<string, JsonSchema>;
}

export interface Operation {
  operationId: string;
  /** Who calls it: roles, or `operator`. */
  tags: string[];
  summary: string;
  description?: string;
  security?: Record<string, string[]>[];
  parameters?: JsonSchema[];
  requestBody?: JsonSchema;
  responses: Record<string, Response>;
  callbacks?: JsonSchema;
}

export type Paths = Record<string, Partial<Record<'get' | 'post' | 'put' | 'delete', Operation>>>;

const COMPONENTS = '#/components/schemas/';

/** A message of the contract, by its name. */
export const message = (name: string): JsonSchema => ({ $ref: COMPONENTS + name });

export const json = (schema: JsonSchema) => ({ 'application/json': { schema } });
export const form = (schema: JsonSchema) => ({ required: true, content: { 'application/x-www-form-urlencoded': { schema } } });

/** A JWT. What is in it is among the messages. */
export const jwt = (type: string, claims: string) => ({
  [`application/${type}`]: { schema: { type: 'string', pattern: '^[\\w-]+\\.[\\w-]+\\.[\\w-]+$', description: `A JWT: ${claims}.` } },
});

/** For people: its words are no contract. */
export const page = { 'text/html': { schema: { type: 'string' } } };

const header = (schema: JsonSchema, description: string, required = true) => ({ description, required, schema });

export const noStore = { 'Cache-Control': header({ const: 'no-store' }, 'RFC 9111 §5.2.2.5.') };
export const cacheable = { 'Cache-Control': header({ type: 'string', pattern: '^public, max-age=[1-9]\\d*$' }, 'RFC 9111 §5.2.2.') };

const seconds = { type: 'string', pattern: '^\\d+$' };

export const retryAfter = (required = true) => ({ 'Retry-After': header(seconds, 'Seconds (RFC 9110 §10.2.3).', required) });

/** How much is left, where requests are limited. */
export const rateLimit = {
  'RateLimit-Limit': header(seconds, 'Requests a minute.', false),
  'RateLimit-Remaining': header(seconds, 'Requests that are left of them.', false),
  'RateLimit-Reset': header(seconds, 'Seconds until there are more.', false),
};

export const location = (description: string) => ({ Location: header({ type: 'string', format: 'uri-reference' }, description) });

export const challenge = (pattern: string, description: string, required: boolean) => ({
  'WWW-Authenticate': header({ type: 'string', pattern }, description, required),
});

export const nonce = {
  'DPoP-Nonce': header({ type: 'string' }, 'For the next proof, where nonces are demanded (RFC 9449 §9).', false),
};

/** The members of an object as parameters of a query. A list is a parameter that may be sent more than once. */
export function queryParameters(schema: z.ZodObject): JsonSchema[] {
  return Object.entries(schema.shape).map(([name, member]) => {
    const { description, default: _, ...own } = schemaOf(member as z.ZodType);
    const required = !z.safeParse(member as z.ZodType, undefined).success;
    return { name, in: 'query', required, ...(description !== undefined && { description }), schema: own };
  });
}

/**
 * A whole document. The schemas of the messages that it mentions come with it.
 *
 * @param about what goes into `info`, and everything that is this document's own.
 */
export function openApi(
  about: { title: string; description: string; version: string },
  parts: { servers: JsonSchema[]; paths: Paths; securitySchemes?: JsonSchema } & JsonSchema,
): JsonSchema {
  const { servers, paths, securitySchemes, ...rest } = parts;
  const all = jsonSchemas(COMPONENTS);
  const schemas: Record<string, JsonSchema> = {};
  const add = (part: unknown): void => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (name in schemas) continue;
      schemas[name] = all[name] as JsonSchema;
      add(schemas[name]);
    }
  };
  add(paths);
  const named = Object.fromEntries(Object.entries(schemas).sort(([one], [other]) => (one < other ? -1 : 1)));
  return {
    openapi: '3.1.0',
    info: { ...about, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    ...rest,
    servers,
    paths,
    components: { schemas: named, ...(securitySchemes !== undefined && { securitySchemes }) },
  };
}
