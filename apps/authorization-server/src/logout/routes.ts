import type { FastifyInstance } from 'fastify';
import { whoIsLoggedIn } from '../authorize/logged-in.ts';
import { PageError } from '../page-error.ts';
import { formOf, parameter, refuseRepeated } from '../parameters.ts';
import type { UserSessions } from '../sessions/user-sessions.ts';
import type { UserStore } from '../stores/types.ts';
import { loggedOutPage, logoutPage } from './view.ts';

/** `GET` and `POST /logout`: ends this session, or all of the user's. */
export function registerLogoutRoutes(
  app: FastifyInstance,
  options: { basePath: string; users: UserStore; userSessions: UserSessions },
): void {
  const { basePath, users, userSessions } = options;
  const config = { errors: 'page' } as const;
  const account = `${basePath}/account`;

  app.get('/logout', { config }, async (request, reply) => {
    const user = await whoIsLoggedIn(request, users);
    if (user === undefined) return reply.page(loggedOutPage({ account }));
    return reply.page(logoutPage({ action: `${basePath}/logout`, csrfToken: reply.generateCsrf(), userName: user.name, account }));
  });

  app.post('/logout', { config, preHandler: app.csrfProtection }, async (request, reply) => {
    const form = formOf(request.body);
    refuseRepeated(form);
    const where = parameter(form, 'where');
    if (where !== 'here' && where !== 'everywhere') throw new PageError('Nothing was decided', 'Choose where to log out.');
    const userId = request.session.user?.userId;
    if (where === 'everywhere' && userId !== undefined) await userSessions.endAll(request, userId);
    await userSessions.endThis(request, reply);
    return reply.header('cache-control', 'no-store').redirect(`${basePath}/logout`, 303);
  });
}
