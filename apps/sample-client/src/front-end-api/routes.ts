import { acceptOnlyJson } from '@rolecall/service-kit/json-body';
import { MalformedParametersError, queryParameters } from '@rolecall/service-kit/parameters';
import { StoreUnavailableError } from '@rolecall/storage/store-unavailable-error';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { usableConnection } from '../access/access.ts';
import type { Renewal } from '../access/renewal.ts';
import type { Peers } from '../discovery/peers.ts';
import type { Answer, NotesApi } from '../notes/api.ts';
import { callWithAccess } from '../notes/call-with-access.ts';
import { noteId } from '../notes/payload.ts';
import type { Access } from '../access/access.ts';
import { PeerError } from '../peer-error.ts';
import { onlyOwnFrontEnd } from './only-own-front-end.ts';

export interface FrontEndApiDependencies {
  origin: string;
  peers: Peers;
  api: NotesApi;
  renewal: Renewal;
}

/** What the API takes for a new note; it has the last word on what is in it. */
const content = z.strictObject({ title: z.string(), body: z.string().default('') });

const cursors = z.array(z.string().min(1)).max(1).optional();

/**
 * Adds `/api/notes` and `/api/notes/:id`, for scripts of this client's own pages: the API's operations with the token of the browser's session, which stays here.
 * What is asked of the API is made anew from what was asked here, never passed on: there is no address, header or cookie of the browser in it.
 */
export function registerFrontEndApi(app: FastifyInstance, { origin, peers, api, renewal }: FrontEndApiDependencies): void {
  acceptOnlyJson(app);
  app.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'));
  app.addHook('onRequest', onlyOwnFrontEnd(origin));
  app.setErrorHandler(answerError);

  app.get('/notes', async (request, reply) => {
    const { cursor, ...others } = queryParameters(request.url);
    if (Object.keys(others).length > 0) throw new MalformedParametersError('there is an unknown parameter');
    const [after] = parse(cursors, cursor) ?? [];
    return answer(request, reply, 200, (access) => api.list(access, after));
  });

  app.post('/notes', async (request, reply) => {
    const draft = parse(content, request.body);
    return answer(request, reply, 201, (access) => api.add(access, draft));
  });

  app.delete('/notes/:id', async (request, reply) => {
    const id = parse(noteId, (request.params as { id: string }).id);
    return answer(request, reply, 204, (access) => api.remove(access, id));
  });

  async function answer<Value>(
    request: FastifyRequest,
    reply: FastifyReply,
    status: number,
    call: (access: Access) => Promise<Answer<Value>>,
  ): Promise<FastifyReply> {
    const connection = await usableConnection(request.session, peers);
    const called = connection && (await callWithAccess(renewal, connection.id, call));
    // There is no way to sign in from here: the page has to send the user to one.
    if (called === undefined) return reply.code(401).send({ error: 'not_connected', error_description: 'there is no access to the API' });
    const { answer: said } = called;
    if (said.kind === 'done') return reply.code(status).send(said.value ?? (status === 204 ? undefined : {}));
    if (said.kind === 'refused') return reply.code(said.status).send({ error: 'invalid_request', error_description: said.reason });
    const { error, scope } = said.challenge;
    return reply.code(error === 'invalid_token' ? 401 : 403).send({ error, ...(scope !== undefined && { scope }) });
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) throw new MalformedParametersError(result.error.issues[0]?.message ?? 'malformed');
  return result.data;
}

function answerError(error: FastifyError | PeerError | StoreUnavailableError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const unavailable = error instanceof PeerError || error instanceof StoreUnavailableError;
  const status = unavailable ? 503 : (error.statusCode ?? 500);
  if (status >= 500) request.log.error({ err: error }, 'failed');
  const code = unavailable ? 'temporarily_unavailable' : status < 500 ? 'invalid_request' : 'server_error';
  return reply.code(status).send({ error: code });
}
