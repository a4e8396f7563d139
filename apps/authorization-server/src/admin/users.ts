import { randomUUID } from 'node:crypto';
import { InvalidRequestError } from '@rolecall/service-kit/invalid-request';
import * as z from 'zod';
import { passwordProblem } from '../login/password-rules.ts';
import { hashPassword, normalizeUsername } from '../login/passwords.ts';
import type { User } from '../stores/types.ts';
import type { Administration } from './administration.ts';
import { identifier, text } from './fields.ts';
import { operation } from './operation.ts';
import { pageOf, pageQuery, readPage } from './paging.ts';
import { conflict, notFound } from './refusal.ts';

const password = z.string();

/** What a user logs in with, in the one form that names are compared in. */
export const username = text(100)
  .transform(normalizeUsername)
  .pipe(z.string().min(1, 'must not be empty').max(100, 'must have at most 100 characters'));

const userDocument = z
  .strictObject({ id: z.string(), username: z.string(), name: z.string(), disabled: z.boolean() })
  .meta({ id: 'User', description: 'A resource owner. The id is the subject of its tokens.' });

const userPage = pageOf(userDocument).meta({ id: 'UserPage' });
const newUser = z.strictObject({ username, name: text(200), password }).meta({ id: 'NewUser' });
const userChanges = z
  .strictObject({ username: username.optional(), name: text(200).optional(), disabled: z.boolean().optional() })
  .meta({ id: 'UserChanges', description: 'What is not named stays.' });
const newPassword = z.strictObject({ password }).meta({ id: 'NewPassword' });

/** The users, who log in with a password that this server keeps a hash of. */
export function userOperations({ stores: { users }, userSessions, revocations, hashingQueue, clock, audit }: Administration) {
  /** @throws InvalidRequestError for a password that a user could not choose either. */
  const hash = (password: string, username: string): Promise<string> => {
    const problem = passwordProblem(password, username);
    if (problem !== undefined) throw new InvalidRequestError('The password is not valid.', [{ field: 'password', problem }]);
    return hashingQueue((hashing) => hashing(() => hashPassword(password)));
  };

  const find = async (id: string): Promise<User> => {
    const user = await users.find(id);
    if (user === undefined) throw notFound('user');
    return user;
  };

  return [
    operation({
      method: 'GET',
      path: '/users',
      scopes: ['admin:read', 'admin:users'],
      summary: 'List users',
      description: 'In the order of their usernames.',
      query: pageQuery(identifier).extend({ username: username.optional().meta({ description: 'The one that logs in with this name.' }) }),
      answer: userPage,
      handle: async ({ query }) => {
        if (query.username === undefined)
          return readPage(query, (limit) => users.list({ after: query.cursor, limit }), {
            positionOf: (user) => user.username,
            represent,
          });
        const user = await users.findByUsername(query.username);
        return { items: user === undefined ? [] : [represent(user)] };
      },
    }),
    operation({
      method: 'POST',
      path: '/users',
      scopes: ['admin:users'],
      summary: 'Add a user',
      body: newUser,
      status: 201,
      answer: userDocument,
      handle: async ({ body, administrator, request }) => {
        const { username, name } = body;
        const user = { id: `usr_${randomUUID()}`, username, name, passwordHash: await hash(body.password, username) };
        if (!(await users.addIfAbsent(user))) throw conflict('There is a user with this username already.');
        audit.record(request, { type: 'user_added', userId: user.id, administrator: administrator.clientId });
        return represent({ ...user, disabled: false });
      },
    }),
    operation({
      method: 'GET',
      path: '/users/{id}',
      scopes: ['admin:read', 'admin:users'],
      summary: 'Show a user',
      answer: userDocument,
      handle: async ({ path }) => represent(await find(path['id'] ?? '')),
    }),
    operation({
      method: 'PATCH',
      path: '/users/{id}',
      scopes: ['admin:users'],
      summary: 'Change a user',
      description:
        'When it is disabled, it is logged out everywhere, all that was issued for it is revoked at once, and what it has allowed is forgotten.',
      body: userChanges,
      answer: userDocument,
      handle: async ({ path, body, administrator, request }) => {
        const id = path['id'] ?? '';
        const now = clock.now();
        const about = { userId: id, administrator: administrator.clientId };
        await find(id);
        if (body.username !== undefined || body.name !== undefined) {
          const outcome = await users.rename(id, body);
          if (outcome === 'absent') throw notFound('user');
          if (outcome === 'taken') throw conflict('There is a user with this username already.');
          audit.record(request, { type: 'user_changed', ...about });
        }
        if (body.disabled !== undefined) {
          // Again before it may log in: what was opened while it was being disabled, or could not be ended then.
          if (!body.disabled) await userSessions.endAll(request, id);
          const turned = await users.setDisabled(id, body.disabled ? now : undefined);
          if (body.disabled) {
            await revocations.announce('user', id, now);
            await userSessions.endAll(request, id);
          }
          if (turned) audit.record(request, { type: body.disabled ? 'user_disabled' : 'user_enabled', ...about });
        }
        return represent(await find(id));
      },
    }),
    operation({
      method: 'PUT',
      path: '/users/{id}/password',
      scopes: ['admin:users'],
      summary: 'Set the password of a user',
      description: 'The user is logged out everywhere.',
      body: newPassword,
      handle: async ({ path, body, administrator, request }) => {
        const { id, username } = await find(path['id'] ?? '');
        await users.setPasswordHash(id, await hash(body.password, username));
        await userSessions.endAll(request, id);
        audit.record(request, { type: 'password_changed', userId: id, administrator: administrator.clientId });
      },
    }),
    operation({
      method: 'DELETE',
      path: '/users/{id}',
      scopes: ['admin:users'],
      summary: 'Remove a user',
      description: 'With everything that was issued for it.',
      handle: async ({ path, administrator, request }) => {
        const { id } = await find(path['id'] ?? '');
        await userSessions.endAll(request, id);
        if (!(await users.remove(id))) throw notFound('user');
        await revocations.announce('user', id, clock.now());
        audit.record(request, { type: 'user_removed', userId: id, administrator: administrator.clientId });
      },
    }),
  ];
}

function represent({ id, username, name, disabled }: User): z.infer<typeof userDocument> {
  return { id, username, name, disabled };
}
