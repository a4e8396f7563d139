import type { FastifyInstance } from 'fastify';
import type { NotesApi } from '../notes/api.ts';
import type { PreRegistered } from '../registration/pre-registered.ts';
import { TokenRefusedError } from '../token/refused.ts';
import type { OwnAccess } from './own-access.ts';
import { type Outcome, resultPage, servicePage } from './view.ts';

export interface ServiceDependencies {
  /** Who it is, and how it proves that. */
  client: PreRegistered;
  ownAccess: OwnAccess;
  api: NotesApi;
}

/** Adds the page on which this client calls the API as itself, for no user (`GET /service`, `POST /service`). */
export function registerService(app: FastifyInstance, dependencies: ServiceDependencies): void {
  app.get('/service', async (_request, reply) => reply.page(servicePage(dependencies.client, reply.generateCsrf())));

  app.post('/service', { preHandler: app.csrfProtection }, async (request, reply) => {
    const outcome = await callAsItself(dependencies);
    request.log.info({ outcome: outcome.kind }, 'called the API as the client itself');
    return reply.page(resultPage(dependencies.client, outcome, reply.generateCsrf()));
  });
}

/** @throws PeerError when one of the servers cannot be reached. */
async function callAsItself({ ownAccess, api }: ServiceDependencies): Promise<Outcome> {
  try {
    const access = await ownAccess.current();
    const answer = await api.list(access, undefined);
    if (answer.kind !== 'challenged' || answer.challenge.error !== 'invalid_token') return { kind: 'called', access, answer };
    // Revoked, or of a key that is no longer good: another token, once.
    ownAccess.refused(access);
    const another = await ownAccess.current();
    return { kind: 'called', access: another, answer: await api.list(another, undefined) };
  } catch (error) {
    if (error instanceof TokenRefusedError) return { kind: 'no token', refusal: error.refusal };
    throw error;
  }
}
