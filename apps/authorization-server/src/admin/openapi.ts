import * as z from 'zod';
import type { Operation } from './operation.ts';
import { adminScopes } from './scopes.ts';

/** As much of JSON Schema as is looked at here. */
export interface JsonSchema {
  type?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  enum?: string[];
  anyOf?: JsonSchema[];
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  [keyword: string]: unknown;
}

const COMPONENTS = '#/components/schemas/';

const problem = z
  .strictObject({
    error: z.string().optional(),
    error_description: z.string(),
    details: z.array(z.strictObject({ field: z.string(), problem: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'Why a request was refused, with the problem of each field.' });

/** The API's description in OpenAPI 3.1, from the same schemas that the routes check with. */
export function openApiDocument(operations: readonly Operation[], address: { issuer: string; resource: string }) {
  const schemas: Record<string, JsonSchema> = {};
  const paths: Record<string, Record<string, unknown>> = {};
  const taken = new Set(operations.map(({ body }) => body));
  // An answer has what a request may leave out. What goes both ways is one message, as it is taken.
  const content = (schema: z.ZodType, io: 'input' | 'output' = taken.has(schema) ? 'input' : 'output') => ({
    'application/json': { schema: toReference(schema, schemas, io) },
  });
  const refused = { description: 'Refused.', content: content(problem) };
  const challenge = { ...refused, headers: { 'WWW-Authenticate': { description: 'RFC 6750 §3.', schema: { type: 'string' } } } };

  for (const { method, path, summary, description, scopes, query, body, answer, status } of operations) {
    const success =
      answer === undefined ? { 204: { description: 'Done.' } } : { [status ?? 200]: { description: 'Done.', content: content(answer) } };
    (paths[path] ??= {})[method.toLowerCase()] = {
      operationId: operationId(method, path),
      tags: [path.split('/')[1]],
      summary,
      ...(description !== undefined && { description }),
      security: scopes.map((scope) => ({ oauth2: [scope] })),
      parameters: [...pathParameters(path), ...queryParameters(query)],
      ...(body !== undefined && { requestBody: { required: true, content: content(body) } }),
      responses: { ...success, 401: challenge, 403: challenge, default: refused },
    };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Administration of the authorization server', version: '1' },
    servers: [{ url: address.resource }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        oauth2: {
          type: 'oauth2',
          description: `A token that a client got for itself, for the resource ${address.resource}.`,
          flows: { clientCredentials: { tokenUrl: `${address.issuer}/token`, scopes: adminScopes } },
        },
      },
    },
  };
}

export type OpenApiDocument = ReturnType<typeof openApiDocument>;

function toReference(schema: z.ZodType, schemas: Record<string, JsonSchema>, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, $defs, id, ...own } = rewritten(z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema);
  for (const [name, { id: _id, ...definition }] of Object.entries($defs ?? {})) schemas[name] = definition;
  if (typeof id !== 'string') return own;
  schemas[id] = own;
  return { $ref: COMPONENTS + id };
}

function rewritten(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', `"${COMPONENTS}`)) as JsonSchema;
}

function pathParameters(path: string) {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
}

function queryParameters(query: z.ZodObject | undefined) {
  if (query === undefined) return [];
  const { properties = {} } = z.toJSONSchema(query, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    ...(description && { description }),
    schema,
  }));
}

/** `GET /clients/{client_id}/secrets` is `get_clients_client_id_secrets`. */
function operationId(method: string, path: string): string {
  return `${method.toLowerCase()}${path.replaceAll(/[{}]/g, '').replaceAll(/[/-]/g, '_')}`;
}
