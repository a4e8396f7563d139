import { queryParameters } from '@rolecall/service-kit/parameters';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { AuditLog } from '../audit/audit-log.ts';
import { whoIsLoggedIn } from '../authorize/logged-in.ts';
import { formOf, parameter, refuseRepeated } from '../parameters.ts';
import type { UserSessions } from '../sessions/user-sessions.ts';
import type { UserStore } from '../stores/types.ts';
import type { CheckPassword } from './check-password.ts';
import type { Destination, FindDestination } from './destination.ts';
import type { KnownBrowsers } from './known-browsers.ts';
import { loginPage } from './view.ts';

export interface LoginOptions {
  basePath: string;
  users: UserStore;
  findDestination: FindDestination;
  checkPassword: CheckPassword;
  knownBrowsers: KnownBrowsers;
  userSessions: UserSessions;
  audit: AuditLog;
  /** May people make accounts for themselves? */
  signUp: boolean;
}

/** The same words whether the user exists or not: who asks learns nothing about who has an account here. */
const WRONG = 'The username or the password is wrong.';

/** `GET` and `POST /login`: who is the resource owner? Comes from an authorization request, or from a page that is for who is logged in, and goes back to it. */
export function registerLoginRoutes(app: FastifyInstance, options: LoginOptions): void {
  const { basePath, findDestination, users } = options;
  const config = { errors: 'page', limit: 'login' } as const;

  app.get('/login', { config }, async (request, reply) => {
    const destination = await findDestination(request, queryParameters(request.url));
    if (destination.request === undefined && (await whoIsLoggedIn(request, users)) !== undefined) return goOn(reply, destination);
    return show(reply, destination, { username: destination.request?.loginHint ?? '' });
  });

  app.post('/login', { config, preHandler: app.csrfProtection }, async (request, reply) => {
    const form = formOf(request.body);
    refuseRepeated(form);
    const destination = await findDestination(request, form);
    const username = parameter(form, 'username') ?? '';
    const outcome = await options.checkPassword(request, username, parameter(form, 'password') ?? '');
    if (outcome.kind === 'wait') {
      reply.header('retry-after', String(outcome.seconds));
      const problem = `Too many failed attempts. Try again in ${Math.ceil(outcome.seconds / 60)} minutes.`;
      return show(reply, destination, { username, problem }, 429);
    }
    if (outcome.kind === 'wrong') return show(reply, destination, { username, problem: WRONG }, 400);

    const { id: userId, passwordHash } = outcome.user;
    const asked = destination.request;
    if (!(await options.userSessions.start(request, { userId, ...(asked && { during: asked.id }) }, passwordHash))) {
      // It was right when it was checked.
      options.audit.record(request, { type: 'login_failed', reason: 'wrong', userId });
      return show(reply, destination, { username, problem: WRONG }, 400);
    }
    options.knownBrowsers.remember(request, reply, outcome.user.username);
    options.audit.record(request, { type: 'login', userId, ...(asked && { clientId: asked.clientId }) });
    return goOn(reply, destination);
  });

  function goOn(reply: FastifyReply, destination: Destination): FastifyReply {
    return reply.header('cache-control', 'no-store').redirect(destination.url, 303);
  }

  function show(
    reply: FastifyReply,
    destination: Destination,
    content: { username: string; problem?: string },
    status = 200,
  ): FastifyReply {
    const page = loginPage({
      action: `${basePath}/login`,
      csrfToken: reply.generateCsrf(),
      destination,
      ...(options.signUp && { signUp: `${basePath}/sign-up` }),
      ...content,
    });
    return reply.page(page, { status, formTargets: destination.formTargets });
  }
}
