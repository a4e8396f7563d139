import type { FastifyRequest } from 'fastify';
import type { User, UserStore } from '../stores/types.ts';
import type { LoggedIn } from './next-step.ts';

/** Who is logged in, in this browser. A session outlives the account that it was opened with: one that is gone or disabled is nobody. */
export async function whoIsLoggedIn(
  request: FastifyRequest,
  users: UserStore,
): Promise<(LoggedIn & Pick<User, 'name' | 'username'>) | undefined> {
  const { user: loggedIn } = request.session;
  if (loggedIn === undefined) return undefined;
  const user = await users.find(loggedIn.userId);
  return user === undefined || user.disabled ? undefined : { ...loggedIn, name: user.name, username: user.username };
}

declare module 'fastify' {
  interface Session {
    /** Ties authorization requests to this browser. Unlike the session's id it stays the same at login. */
    browser?: string;
    user?: LoggedIn;
  }
}
