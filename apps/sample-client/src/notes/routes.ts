import { MalformedParametersError, type Parameters, queryParameters } from '@rolecall/service-kit/parameters';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Access, usableConnection } from '../access/access.ts';
import type { AccessStore } from '../access/access-store.ts';
import type { Renewal } from '../access/renewal.ts';
import type { Peers } from '../discovery/peers.ts';
import { PeerError } from '../peer-error.ts';
import type { Draft } from '../session.ts';
import type { StartSignIn } from '../sign-in/start.ts';
import type { NotesApi } from './api.ts';
import { callWithAccess } from './call-with-access.ts';
import type { Challenge } from './challenge.ts';
import { noteId } from './payload.ts';
import { type Operation, recover } from './recovery.ts';
import { askAgainPage, endedPage, stillRefusedPage } from './recovery-view.ts';
import { notAcceptedPage, notesPage } from './view.ts';

export interface NotesDependencies {
  peers: Peers;
  api: NotesApi;
  accesses: AccessStore;
  renewal: Renewal;
  startSignIn: StartSignIn;
}

/** Adds the pages of notes: `GET /notes`, `POST /notes`, `POST /notes/:id/delete`. */
export function registerNotes(app: FastifyInstance, { api, accesses, renewal, startSignIn, peers }: NotesDependencies): void {
  app.get('/notes', async (request, reply) => {
    const connection = await usableConnection(request.session, peers);
    if (connection === undefined) return reply.redirect('/', 303);
    const cursor = single(queryParameters(request.url), 'cursor');
    const called = await callWithAccess(renewal, connection.id, (access) => api.list(access, cursor));
    if (called === undefined) return ended(request, reply);
    const { access, answer } = called;
    if (answer.kind === 'challenged') return askAgain(request, reply, access, 'list', answer.challenge);
    if (answer.kind === 'refused') throw new MalformedParametersError('the API has no such page of notes');
    succeeded(request, 'list');
    const { draft } = request.session;
    return reply.page(notesPage({ access, page: answer.value, draft, csrfToken: reply.generateCsrf() }));
  });

  app.post('/notes', { preHandler: app.csrfProtection }, async (request, reply) => {
    const connection = await usableConnection(request.session, peers);
    if (connection === undefined) return reply.redirect('/', 303);
    const draft = draftOf(request.body as Parameters);
    const notAccepted = (reason: string, status: number) =>
      reply.page(notAcceptedPage({ draft, reason, csrfToken: reply.generateCsrf() }), { status });
    const called = await callWithAccess(renewal, connection.id, (access) => api.add(access, draft)).catch((error: unknown) => {
      if (!(error instanceof PeerError)) throw error;
      request.log.error({ err: error }, 'a note could not be added');
      return error;
    });
    if (called instanceof PeerError) return notAccepted(`the ${called.peer} is not available just now. Please try again in a moment.`, 503);
    if (called === undefined) return ended(request, reply, draft);
    const { access, answer } = called;
    if (answer.kind === 'challenged') {
      request.session.draft = draft;
      return askAgain(request, reply, access, 'add', answer.challenge);
    }
    if (answer.kind === 'refused') return notAccepted(answer.reason, 400);
    delete request.session.draft;
    succeeded(request, 'add');
    return reply.redirect('/notes', 303);
  });

  app.post('/notes/:id/delete', { preHandler: app.csrfProtection }, async (request, reply) => {
    const id = noteId.safeParse((request.params as { id: string }).id);
    if (!id.success) return reply.callNotFound();
    const connection = await usableConnection(request.session, peers);
    if (connection === undefined) return reply.redirect('/', 303);
    const called = await callWithAccess(renewal, connection.id, (access) => api.remove(access, id.data));
    if (called === undefined) return ended(request, reply);
    const { access, answer } = called;
    if (answer.kind === 'challenged') return askAgain(request, reply, access, 'delete', answer.challenge);
    // A note that is not there any more is what the user wanted.
    if (answer.kind === 'refused' && answer.status !== 404) throw new MalformedParametersError('the API did not delete the note');
    succeeded(request, 'delete');
    return reply.redirect('/notes', 303);
  });

  async function askAgain(request: FastifyRequest, reply: FastifyReply, access: Access, operation: Operation, challenge: Challenge) {
    const wish = recover(challenge, access, operation, request.session.tries ?? {});
    if (challenge.error === 'invalid_token') await forget(request);
    request.log.info({ operation, challenge: challenge.error, again: wish !== undefined }, 'the API refuses the access token');
    if (wish === undefined) return reply.page(stillRefusedPage({ csrfToken: reply.generateCsrf() }), { status: 403 });
    const authorizationUrl = await startSignIn(request, wish);
    // Reading again changes nothing: the browser is sent at once. What a form would do, and a wider scope, is for the user to decide.
    if (operation === 'list' && challenge.error === 'invalid_token') return reply.redirect(authorizationUrl, 303);
    return reply.page(askAgainPage(challenge, { authorizationUrl, draftKept: operation === 'add', csrfToken: reply.generateCsrf() }), {
      status: 403,
    });
  }

  /** The authorization server has ended the access: nothing is left to refresh, and whoever ended it need not be asked at once. */
  async function ended(request: FastifyRequest, reply: FastifyReply, draft?: Draft) {
    await forget(request);
    if (draft !== undefined) request.session.draft = draft;
    const authorizationUrl = await startSignIn(request);
    const facts = { authorizationUrl, draftKept: draft !== undefined, csrfToken: reply.generateCsrf() };
    return reply.page(endedPage(facts), { status: 403 });
  }

  async function forget({ session }: FastifyRequest): Promise<void> {
    const { connection } = session;
    delete session.connection;
    if (connection !== undefined) await accesses.take(connection.id);
  }
}

function succeeded(request: FastifyRequest, operation: Operation): void {
  if (request.session.tries?.[operation] !== undefined) delete request.session.tries[operation];
}

function single(parameters: Parameters, name: string): string | undefined {
  const values = parameters[name] ?? [];
  if (values.length > 1) throw new MalformedParametersError(`${name} is repeated`);
  return values[0];
}

function draftOf(form: Parameters): Draft {
  // Browsers send line breaks as CR LF, whatever the user's system writes.
  return { title: single(form, 'title') ?? '', body: (single(form, 'body') ?? '').replaceAll('\r\n', '\n') };
}
