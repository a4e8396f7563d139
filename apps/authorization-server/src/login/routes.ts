import { type Parameters, queryParameters } from '@rolecall/service-kit/parameters';
import type { Clock } from '@rolecall/storage/clock';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { PendingRequest, PendingRequests } from '../authorize/pending-requests.ts';
import { formTargets } from '../authorize/redirect-uri.ts';
import { formOf, parameter, refuseRepeated } from '../parameters.ts';
import type { ClientStore, User, UserStore } from '../stores/types.ts';
import type { FailureThrottle } from '../throttle/failure-throttle.ts';
import { normalizeUsername, verifyPassword } from './passwords.ts';
import { loginPage } from './view.ts';

export interface LoginOptions {
  basePath: string;
  clock: Clock;
  users: UserStore;
  clients: ClientStore;
  pendingRequests: PendingRequests;
  /** Failures of one account from one address. */
  throttle: FailureThrottle;
  /** Failures of any accounts from one address. */
  addressThrottle: FailureThrottle;
}

const MAXIMUM_PASSWORD_LENGTH = 1_000;

/** The same words whether the user exists or not: who asks learns nothing about who has an account here. */
const WRONG = 'The username or the password is wrong.';

/** `GET` and `POST /login`: who is the resource owner? Comes from an authorization request and goes back to it. */
export function registerLoginRoutes(app: FastifyInstance, options: LoginOptions): void {
  const { users, throttle, addressThrottle, pendingRequests } = options;
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
    const name = normalizeUsername(username);

    const blocked = throttle.retryAfter(name, request.ip) || addressThrottle.retryAfter('', request.ip);
    // Recorded before the password is looked at: of many guesses that are sent at once, no more are looked at than one after the other.
    const wait = blocked || (await throttle.failed(name, request.ip));
    if (wait > 0) return refuseForNow(reply, id, pending, username, wait);
    const user = await authenticate(name, parameter(form, 'password') ?? '');
    if (user === undefined) {
      request.log.info('login failed');
      await addressThrottle.failed('', request.ip);
      return show(reply, id, pending, { username, problem: WRONG }, 400);
    }
    await throttle.forgiven(name, request.ip);

    // A new session id: one that somebody planted before the login is worth nothing after it.
    await request.session.regenerate(['browser']);
    request.session.user = { userId: user.id, authenticatedAt: options.clock.now() };
    return reply.header('cache-control', 'no-store').redirect(`${options.basePath}/authorize/${id}`, 303);
  });

  async function pendingOf(request: FastifyRequest, parameters: Parameters): Promise<{ id: string; pending: PendingRequest }> {
    const id = parameter(parameters, 'request') ?? '';
    return { id, pending: await pendingRequests.get(id, request.session.browser) };
  }

  async function authenticate(name: string, password: string): Promise<User | undefined> {
    const user = name === '' ? undefined : await users.findByUsername(name);
    const acceptable = password.length <= MAXIMUM_PASSWORD_LENGTH && password.isWellFormed();
    const matches = await verifyPassword(user?.passwordHash, acceptable ? password : '');
    return matches && acceptable && user !== undefined && !user.disabled ? user : undefined;
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
