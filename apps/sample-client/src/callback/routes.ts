import { queryParameters } from '@rolecall/service-kit/parameters';
import type { FastifyInstance } from 'fastify';
import type { AccessStore } from '../access/access-store.ts';
import type { Revocations } from '../revocation/revocations.ts';
import { type CallbackDependencies, completeSignIn } from './complete-sign-in.ts';
import { isOutcomeName, outcomePage } from './outcomes.ts';

/**
 * Adds `GET /callback`, the redirect URI. All that an authorization server may send is answered with a redirect to an address of this client without parameters,
 * so that code and state stay neither in the history nor in a Referer (RFC 9700 §4.2.4). No parameter chooses that address (RFC 9700 §4.11.1).
 */
export function registerCallback(
  app: FastifyInstance,
  dependencies: CallbackDependencies & { accesses: AccessStore; revocations: Revocations },
): void {
  const { accesses, revocations } = dependencies;
  // Not for HEAD: who only wants to know whether the page is there must not use up the code.
  app.get('/callback', { exposeHeadRoute: false }, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const result = await completeSignIn(dependencies, request, queryParameters(request.url));
    if (result.kind === 'failed') {
      const { outcome, reason, refusal } = result;
      request.log.info({ outcome, reason }, 'sign-in ended without access');
      if (refusal !== undefined) request.session.refusal = refusal;
      return reply.redirect(`/sign-in/${outcome}`, 303);
    }
    // A session id that somebody planted before the sign-in is worth nothing after it. What the user typed is kept.
    const { connection: before } = request.session;
    try {
      await request.session.regenerate(['draft']);
      request.session.connection = await accesses.add(result.access);
    } catch (error) {
      // Nobody can use what could not be kept.
      revocations.revoke(result.access);
      throw error;
    }
    if (before !== undefined) await accesses.take(before.id);
    request.session.tries = result.attempt.tries;
    return reply.redirect('/notes', 303);
  });

  app.get('/sign-in/:outcome', async (request, reply) => {
    const { outcome } = request.params as { outcome: string };
    if (!isOutcomeName(outcome)) return reply.callNotFound();
    const { refusal, connection } = request.session;
    const { page, status } = outcomePage(outcome, { refusal, connected: connection !== undefined });
    return reply.page(page, { status });
  });
}
