import { html } from '@rolecall/service-kit/pages/html';
import type { FastifyInstance } from 'fastify';

/** Adds `POST /logout`, which ends this client's session with all that it holds, and the page after it. */
export function registerLogout(app: FastifyInstance): void {
  app.post('/logout', { preHandler: app.csrfProtection }, async (_request, reply) => {
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
