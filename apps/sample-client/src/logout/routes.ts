import { html } from '@rolecall/service-kit/pages/html';
import type { FastifyInstance } from 'fastify';
import type { AccessStore } from '../access/access-store.ts';
import type { Revocations } from '../revocation/revocations.ts';

export interface LogoutDependencies {
  accesses: AccessStore;
  revocations: Revocations;
}

/** Adds `POST /logout`, which ends this client's session with all that it holds and has its tokens revoked, and the page after it. */
export function registerLogout(app: FastifyInstance, { accesses, revocations }: LogoutDependencies): void {
  app.post('/logout', { preHandler: app.csrfProtection }, async (request, reply) => {
    const { connection } = request.session;
    // The session goes last: where the store fails between the two, the user still has the form to try again with, and no token stays behind.
    const access = connection && (await accesses.take(connection.id));
    if (access !== undefined) revocations.revoke(access);
    await reply.endSession();
    return reply.redirect('/logged-out', 303);
  });

  app.get('/logged-out', async (_request, reply) =>
    reply.page({
      title: 'You are logged out',
      body: html`<h1>You are logged out</h1>
<p>This client has forgotten you and its access to your notes. At the authorization server you may still be logged in.</p>
<p class="actions"><a class="button" href="/">Start page</a></p>`,
    }),
  );
}
