import { randomUUID } from 'node:crypto';
import { resourceGuard } from '@rolecall/resource-guard';
import type { GuardOptions } from '@rolecall/resource-guard/guard';
import { freePort } from '@rolecall/test-services/free-ports';
import Fastify from 'fastify';
import { onTestFinished } from 'vitest';

/** A notes API that lets only requests with a valid token of this issuer in. Ends with the test. */
export async function startGuardedApi(
  resource: string,
  issuer: string,
  dpop: NonNullable<GuardOptions['dpop']> = {},
): Promise<{ authorizations: string[] }> {
  const app = Fastify({ forceCloseConnections: true });
  await app.register(resourceGuard, { issuer, resource, name: 'Notes', realm: 'notes', scopes: ['notes:read', 'notes:write'], dpop });
  const notes: { id: string; subject: string; title: string; body: string; created_at: string }[] = [];
  const authorizations: string[] = [];
  app.addHook('onRequest', async ({ headers }) => void (headers.authorization && authorizations.push(headers.authorization)));
  app.get('/notes', { onRequest: app.requireScopes('notes:read') }, async ({ accessToken }) => ({
    notes: notes.filter(({ subject }) => subject === accessToken.subject),
  }));
  app.post<{ Body: { title: string; body: string } }>(
    '/notes',
    { onRequest: app.requireScopes('notes:write') },
    async ({ body, accessToken }, reply) => {
      const note = { ...body, id: randomUUID(), subject: String(accessToken.subject), created_at: new Date().toISOString() };
      notes.push(note);
      return reply.code(201).send(note);
    },
  );
  await app.listen({ host: 'localhost', port: Number(new URL(resource).port) });
  onTestFinished(() => app.close());
  return { authorizations };
}

/** An address on this machine that nobody uses yet. */
export const freeAddress = async (): Promise<string> => `http://localhost:${await freePort()}`;
