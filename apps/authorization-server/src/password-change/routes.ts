import type { FastifyInstance, FastifyReply } from 'fastify';
import type { AuditLog } from '../audit/audit-log.ts';
import { whoIsLoggedIn } from '../authorize/logged-in.ts';
import type { CheckPassword } from '../login/check-password.ts';
import type { HashingQueue } from '../login/hashing-queue.ts';
import { passwordProblem } from '../login/password-rules.ts';
import { hashPassword } from '../login/passwords.ts';
import { formOf, parameter, refuseRepeated } from '../parameters.ts';
import type { UserSessions } from '../sessions/user-sessions.ts';
import type { UserStore } from '../stores/types.ts';
import { type PasswordChangeProblem, passwordChangePage } from './view.ts';

export interface PasswordChangeOptions {
  basePath: string;
  users: UserStore;
  checkPassword: CheckPassword;
  hashingQueue: HashingQueue;
  userSessions: UserSessions;
  audit: AuditLog;
}

/** `GET` and `POST /account/password`, where the configuration has it. Whoever changes a password may do so because another one knows it: all else that it has opened ends. */
export function registerPasswordChangeRoutes(app: FastifyInstance, options: PasswordChangeOptions): void {
  const { basePath, users, userSessions } = options;
  const config = { errors: 'page', limit: 'login' } as const;
  const toLogin = (reply: FastifyReply) =>
    reply.header('cache-control', 'no-store').redirect(`${basePath}/login?return_to=/account/password`, 303);

  app.get('/account/password', { config }, async (request, reply) => {
    const user = await whoIsLoggedIn(request, users);
    return user === undefined ? toLogin(reply) : show(reply, user.username);
  });

  app.post('/account/password', { config, preHandler: app.csrfProtection }, async (request, reply) => {
    const form = formOf(request.body);
    refuseRepeated(form);
    const user = await whoIsLoggedIn(request, users);
    if (user === undefined) return toLogin(reply);
    const { username, userId } = user;
    const [current, password, repeated] = ['current', 'password', 'repeated'].map((name) => parameter(form, name) ?? '') as [
      string,
      string,
      string,
    ];
    const text = passwordProblem(password, username) ?? (password === repeated ? undefined : 'The two new passwords are not the same.');
    if (text !== undefined) return show(reply, username, { field: 'password', text }, 400);

    // A session that somebody else has got hold of does not give the account away.
    const outcome = await options.checkPassword(request, username, current);
    if (outcome.kind === 'wait') {
      reply.header('retry-after', String(outcome.seconds));
      return show(
        reply,
        username,
        { field: 'current', text: `Too many failed attempts. Try again in ${Math.ceil(outcome.seconds / 60)} minutes.` },
        429,
      );
    }
    const wrong = () => show(reply, username, { field: 'current', text: 'This is not your current password.' }, 400);
    if (outcome.kind === 'wrong') return wrong();

    const passwordHash = await options.hashingQueue((hashing) => hashing(() => hashPassword(password)));
    if (!(await users.setPasswordHash(userId, passwordHash, outcome.user.passwordHash))) return wrong();
    options.audit.record(request, { type: 'password_changed', userId });
    // Changed once more meanwhile, or disabled: everything ends with that.
    if (!(await userSessions.start(request, { userId }, passwordHash))) return toLogin(reply);
    await userSessions.endAllButThis(request, userId, { grantsOfThis: true });
    return reply.header('cache-control', 'no-store').redirect(`${basePath}/account?done=password`, 303);
  });

  function show(reply: FastifyReply, username: string, problem?: PasswordChangeProblem, status = 200): FastifyReply {
    const page = passwordChangePage({
      action: `${basePath}/account/password`,
      csrfToken: reply.generateCsrf(),
      account: `${basePath}/account`,
      username,
      ...(problem !== undefined && { problem }),
    });
    return reply.page(page, { status });
  }
}
