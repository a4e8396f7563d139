import { type Parameters, queryParameters } from '@rolecall/service-kit/parameters';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AuditLog } from '../audit/audit-log.ts';
import type { PendingRequest, PendingRequests } from '../authorize/pending-requests.ts';
import { formTargets } from '../authorize/redirect-uri.ts';
import { formOf, parameter, refuseRepeated } from '../parameters.ts';
import type { UserSessions } from '../sessions/user-sessions.ts';
import type { ClientStore } from '../stores/types.ts';
import type { CheckPassword } from './check-password.ts';
import type { KnownBrowsers } from './known-browsers.ts';
import { loginPage } from './view.ts';

export interface LoginOptions {
  basePath: string;
  clients: ClientStore;
  pendingRequests: PendingRequests;
  checkPassword: CheckPassword;
  knownBrowsers: KnownBrowsers;
  userSessions: UserSessions;
  audit: AuditLog;
}

/** The same words whether the user exists or not: who asks learns nothing about who has an account here. */
const WRONG = 'The username or the password is wrong.';

/** `GET` and `POST /login`: who is the resource owner? Comes from an authorization request and goes back to it. */
export function registerLoginRoutes(app: FastifyInstance, options: LoginOptions): void {
  const { pendingRequests } = options;
  const config = { errors: 'page' } as const;

  app.get('/login', { config }, async (request, reply) => {
    const { id, pending } = await pendingOf(request, queryParameters(request.url));
    return show(reply, id, pending, { username: pending.request.loginHint ?? '' });
  });

  app.post('/login', { config, preHandler: app.csrfProtection }, async (request, reply) => {
    const form = formOf(request.body);
    refuseRepeated(form);
    const { id, pending } = await pendingOf(request, form);
    const username = parameter(form, 'username') ?? '';
    const outcome = await options.checkPassword(request, username, parameter(form, 'password') ?? '');
    if (outcome.kind === 'wait') return refuseForNow(reply, id, pending, username, outcome.seconds);
    if (outcome.kind === 'wrong') return show(reply, id, pending, { username, problem: WRONG }, 400);

    await options.userSessions.start(request, { userId: outcome.user.id, during: id });
    options.knownBrowsers.remember(request, reply, outcome.user.username);
    options.audit.record(request, { type: 'login', userId: outcome.user.id, clientId: pending.request.clientId });
    return reply.header('cache-control', 'no-store').redirect(`${options.basePath}/authorize/${id}`, 303);
  });

  async function pendingOf(request: FastifyRequest, parameters: Parameters): Promise<{ id: string; pending: PendingRequest }> {
    const id = parameter(parameters, 'request') ?? '';
    return { id, pending: await pendingRequests.get(id, request.session.browser) };
  }

  function refuseForNow(
    reply: FastifyReply,
    id: string,
    pending: PendingRequest,
    username: string,
    seconds: number,
  ): Promise<FastifyReply> {
    reply.header('retry-after', String(seconds));
    const problem = `Too many failed attempts. Try again in ${Math.ceil(seconds / 60)} minutes.`;
    return show(reply, id, pending, { username, problem }, 429);
  }

  async function show(
    reply: FastifyReply,
    requestId: string,
    pending: PendingRequest,
    content: { username: string; problem?: string },
    status = 200,
  ): Promise<FastifyReply> {
    const client = await options.clients.find(pending.request.clientId);
    const page = loginPage({
      action: `${options.basePath}/login`,
      csrfToken: reply.generateCsrf(),
      requestId,
      clientName: client?.name ?? 'the application',
      ...content,
    });
    return reply.page(page, { status, formTargets: formTargets(pending.request.redirectUri) });
  }
}
