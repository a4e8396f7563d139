import { queryParameters } from '@rolecall/service-kit/parameters';
import type { Clock } from '@rolecall/storage/clock';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { whoIsLoggedIn } from '../authorize/logged-in.ts';
import type { WithdrawConsent } from '../consent/withdraw.ts';
import { formOf, parameter, refuseRepeated } from '../parameters.ts';
import { thisSession, type UserSessions } from '../sessions/user-sessions.ts';
import type { ClientStore, ConsentStore, GrantStore, ResourceStore, UserStore } from '../stores/types.ts';
import { overviewOf } from './overview.ts';
import { accountPage } from './view.ts';

export interface AccountOptions {
  basePath: string;
  users: UserStore;
  clients: ClientStore;
  resources: ResourceStore;
  consents: ConsentStore;
  grants: GrantStore;
  userSessions: UserSessions;
  withdrawConsent: WithdrawConsent;
  clock: Clock;
  /** Can the password be changed? */
  passwordChange: boolean;
}

/** What the page says when it comes back from a form. */
const DONE: Readonly<Record<string, string>> = {
  'withdrawn-in-part':
    'Taken back. Whatever the application held for it is worth nothing from now on. For what else you allow it may have to send you here once more.',
  withdrawn: 'Taken back. Whatever the application held is worth nothing from now on.',
  ended: 'Logged out there.',
  'others-ended': 'Logged out everywhere but here.',
  password: 'Your password is changed, and you are logged out everywhere but here.',
};

/** `/account`: the user's own page. What is taken back here is dead at once. */
export function registerAccountRoutes(app: FastifyInstance, options: AccountOptions): void {
  const { basePath, users, userSessions } = options;
  const config = { errors: 'page' } as const;
  const account = `${basePath}/account`;
  const goTo = (reply: FastifyReply, url: string) => reply.header('cache-control', 'no-store').redirect(url, 303);

  // Where somebody gets to who has nothing but this server's name, which has no slash at its end.
  app.get('/', { config, prefixTrailingSlash: 'no-slash' }, async (_request, reply) => goTo(reply, account));

  app.get('/account', { config }, async (request, reply) => {
    const user = await whoIsLoggedIn(request, users);
    if (user === undefined) return goTo(reply, `${basePath}/login?return_to=/account`);
    const done = DONE[parameter(queryParameters(request.url), 'done') ?? ''];
    const page = accountPage({
      ...(await overviewOf(user.userId, thisSession(request), options)),
      account,
      logout: `${basePath}/logout`,
      csrfToken: reply.generateCsrf(),
      userName: user.name,
      ...(options.passwordChange && { password: `${account}/password` }),
      ...(done !== undefined && { done }),
    });
    return reply.page(page);
  });

  /** A form of the page: who is not logged in any more does so first, and sees what is left to do. */
  const form = (
    path: string,
    work: (request: FastifyRequest, userId: string, value: (name: string) => string) => Promise<string>,
  ): void => {
    app.post(`/account${path}`, { config, preHandler: app.csrfProtection }, async (request, reply) => {
      const fields = formOf(request.body);
      refuseRepeated(fields);
      const user = await whoIsLoggedIn(request, users);
      if (user === undefined) return goTo(reply, account);
      const done = await work(request, user.userId, (name) => parameter(fields, name) ?? '');
      return goTo(reply, `${account}?done=${done}`);
    });
  };
  form('/applications/withdraw', async (request, userId, value) => {
    await options.withdrawConsent(request, userId, value('client'));
    return 'withdrawn';
  });
  form('/applications/withdraw-at', async (request, userId, value) => {
    await options.withdrawConsent(request, userId, value('client'), value('resource'));
    return 'withdrawn-in-part';
  });
  form('/sessions/end', async (request, userId, value) => {
    await userSessions.end(request, userId, value('session'));
    return 'ended';
  });
  form('/sessions/end-others', async (request, userId) => {
    await userSessions.endAllButThis(request, userId, { grantsOfThis: false });
    return 'others-ended';
  });
}
