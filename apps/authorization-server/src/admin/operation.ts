import { InvalidRequestError } from '@rolecall/service-kit/invalid-request';
import { queryParameters } from '@rolecall/service-kit/parameters';
import { validate } from '@rolecall/service-kit/validate';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type * as z from 'zod';
import { isStorable } from './fields.ts';
import type { Administrator } from './require-administrator.ts';
import type { AdminScope } from './scopes.ts';

/** What an operation is given: validated, and nothing else. */
export interface OperationInput<Query, Body> {
  request: FastifyRequest;
  administrator: Administrator;
  /** The values of the path's parameters, by name. */
  path: Readonly<Record<string, string>>;
  query: Query;
  body: Body;
}

/** One operation of the API: what the route does and what its documentation says come from here. */
export interface Operation<
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Below the administration's address, with parameters as `{name}`. */
  path: string;
  /** One of them is needed. The first is the one that a challenge names. */
  scopes: readonly [AdminScope, ...AdminScope[]];
  summary: string;
  description?: string;
  query?: Query;
  body?: Body;
  /** The greatest body in bytes, where the server's own limit is too low. */
  bodyLimit?: number;
  /** With an answer 200, or 201 where something was made; without one 204. */
  status?: 200 | 201;
  answer?: Answer;
  handle(input: OperationInput<z.output<Query>, z.output<Body>>): Promise<z.input<Answer>>;
}

/** Keeps the types of one operation together. */
export const operation = <Query extends z.ZodObject, Body extends z.ZodType, Answer extends z.ZodType = z.ZodVoid>(
  definition: Operation<Query, Body, Answer>,
): Operation => definition as unknown as Operation;

/** Makes the operation's route. Nothing is answered that is not documented: an answer with a member too many is an error, not a leak. */
export function registerOperation(api: FastifyInstance, definition: Operation): void {
  const { method, path, scopes, body, answer, bodyLimit } = definition;
  api.route({
    method,
    url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
    config: { limit: 'admin', anyOfScopes: scopes },
    ...(bodyLimit !== undefined && { bodyLimit }),
    handler: async (request, reply) => {
      const result = await definition.handle({
        request,
        administrator: request.administrator,
        path: readPath(request.params as Record<string, string>),
        query: readQuery(request.url, definition.query) as never,
        body: readBody(request.body, body) as never,
      });
      reply.header('cache-control', 'no-store');
      if (answer === undefined) return reply.code(204).send();
      // What is in the database may be older than its description: it is shown all the same, and the log told.
      const described = answer.safeParse(result);
      if (!described.success)
        request.log.error({ problem: described.error.issues[0]?.path.join('.') }, 'an answer is not as it is described');
      return reply.code(definition.status ?? 200).send(result);
    },
  });
}

/** @throws InvalidRequestError for what no id can be, and no database takes. */
function readPath(path: Record<string, string>): Record<string, string> {
  if (!Object.values(path).every(isStorable)) throw new InvalidRequestError('The path is not valid.');
  return path;
}

function readQuery(url: string, schema: z.ZodObject | undefined): unknown {
  const parameters = Object.entries(queryParameters(url));
  const repeated = parameters.filter(([, values]) => values.length > 1).map(([field]) => ({ field, problem: 'must be given only once' }));
  if (repeated.length > 0) throw new InvalidRequestError('The query is not valid.', repeated.slice(0, 1));
  if (schema === undefined && parameters.length > 0) throw new InvalidRequestError('No query is understood here.');
  return schema && validate(schema, Object.fromEntries(parameters.map(([name, [value]]) => [name, value])), 'The query is not valid.');
}

function readBody(body: unknown, schema: z.ZodType | undefined): unknown {
  if (schema !== undefined) return validate(schema, body ?? {}, 'The body is not valid.');
  if (body !== undefined && body !== null) throw new InvalidRequestError('No body is understood here.');
  return undefined;
}
