import { randomUUID } from 'node:crypto';
import { queryParameters } from '@rolecall/service-kit/parameters';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Destination, FindDestination } from '../login/destination.ts';
import type { HashingQueue } from '../login/hashing-queue.ts';
import type { KnownBrowsers } from '../login/known-browsers.ts';
import { passwordProblem } from '../login/password-rules.ts';
import { hashPassword, normalizeUsername } from '../login/passwords.ts';
import { PageError } from '../page-error.ts';
import { formOf, parameter, refuseRepeated } from '../parameters.ts';
import type { UserSessions } from '../sessions/user-sessions.ts';
import type { UserStore } from '../stores/types.ts';
import type { FailureThrottle } from '../throttle/failure-throttle.ts';
import { usernameProblem } from './username-rules.ts';
import { type SignUpProblem, signUpPage } from './view.ts';

export interface SignUpOptions {
  basePath: string;
  users: UserStore;
  findDestination: FindDestination;
  hashingQueue: HashingQueue;
  knownBrowsers: KnownBrowsers;
  userSessions: UserSessions;
  /** By address. Whether a name is taken cannot be hidden from who wants it: that nobody goes through all of them, it can. */
  throttle: FailureThrottle;
  audit: AuditLog;
}

/** `GET` and `POST /sign-up`, where the configuration has it: somebody makes an account, and is logged in. */
export function registerSignUpRoutes(app: FastifyInstance, options: SignUpOptions): void {
  const { basePath, users, findDestination } = options;
  const config = { errors: 'page', limit: 'login' } as const;

  app.get('/sign-up', { config }, async (request, reply) => {
    const destination = await findDestination(request, queryParameters(request.url));
    return show(reply, destination, { username: destination.request?.loginHint ?? '' });
  });

  app.post('/sign-up', { config, preHandler: app.csrfProtection }, async (request, reply) => {
    const form = formOf(request.body);
    refuseRepeated(form);
    const destination = await findDestination(request, form);
    const [typed, password, repeated] = ['username', 'password', 'repeated'].map((name) => parameter(form, name) ?? '') as [
      string,
      string,
      string,
    ];
    const username = normalizeUsername(typed);
    const problem = problemOf(username, password, repeated);
    if (problem !== undefined) return show(reply, destination, { username: typed, problem }, 400);

    const wait = options.throttle.retryAfter('', request.address) || (await options.throttle.failed('', request.address));
    if (wait > 0)
      throw new PageError('Please come back later', 'Too many accounts have been asked for from where you are.', {
        status: 429,
        headers: { 'retry-after': String(wait) },
      });
    const passwordHash = await options.hashingQueue((hashing) => hashing(() => hashPassword(password)));
    const user = { id: `usr_${randomUUID()}`, username, passwordHash, name: typed.normalize('NFC').trim() };
    if (!(await users.addIfAbsent(user)))
      return show(reply, destination, { username: typed, problem: { field: 'username', text: 'This username is taken.' } }, 400);

    const asked = destination.request;
    options.audit.record(request, { type: 'signed_up', userId: user.id, ...(asked && { clientId: asked.clientId }) });
    await options.userSessions.start(request, { userId: user.id, ...(asked && { during: asked.id }) }, passwordHash);
    options.knownBrowsers.remember(request, reply, username);
    return reply.header('cache-control', 'no-store').redirect(destination.url, 303);
  });

  function problemOf(username: string, password: string, repeated: string): SignUpProblem | undefined {
    const name = usernameProblem(username);
    if (name !== undefined) return { field: 'username', text: name };
    const text = passwordProblem(password, username) ?? (password === repeated ? undefined : 'The two passwords are not the same.');
    return text === undefined ? undefined : { field: 'password', text };
  }

  function show(
    reply: FastifyReply,
    destination: Destination,
    content: { username: string; problem?: SignUpProblem },
    status = 200,
  ): FastifyReply {
    const page = signUpPage({
      action: `${basePath}/sign-up`,
      login: `${basePath}/login`,
      csrfToken: reply.generateCsrf(),
      destination,
      ...content,
    });
    return reply.page(page, { status, formTargets: destination.formTargets });
  }
}
