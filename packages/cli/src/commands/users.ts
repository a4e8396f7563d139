import type { Command } from 'commander';
import type { Api, Item } from '../api.ts';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';

const COLUMNS = ['id', 'username', 'name', 'disabled'];

/** The id of a user who is named by it, or by the username. */
export async function userId(api: Api, user: string): Promise<string> {
  if (user.startsWith('usr_')) return user;
  const { items } = await api.call('GET', '/users', { query: { username: user } });
  const [found] = items as Item[];
  if (found === undefined) throw new Failure(`There is no user "${user}".`);
  return String(found['id']);
}

/** `rolecall users …` */
export function addUserCommands(program: Command, context: Context): void {
  const users = program.command('users').description('users, named by username or id');

  const one = async (user: string) => {
    const api = await context.api();
    return { api, path: `/users/${encodeURIComponent(await userId(api, user))}` };
  };

  users
    .command('list')
    .description('list users')
    .action(async () => context.output().table(await (await context.api()).list('/users'), COLUMNS));

  users
    .command('add <username>')
    .description('add a user; the password is asked for, or read from standard input')
    .requiredOption('--name <name>', 'what the user is called on pages')
    .action(async (username: string, { name }: { name: string }) => {
      const body = { username, name, password: await context.readPassword() };
      context.output().item(await (await context.api()).call('POST', '/users', { body }));
    });

  users
    .command('rename <user>')
    .description('change what a user is called')
    .option('--username <username>', 'what it logs in with')
    .option('--name <name>', 'what it is called on pages')
    .action(async (user: string, names: { username?: string; name?: string }) => {
      const { api, path } = await one(user);
      context.output().item(await api.call('PATCH', path, { body: names }));
    });

  users
    .command('set-password <user>')
    .description('set a password, which is asked for or read from standard input; the user is logged out everywhere')
    .action(async (user: string) => {
      const password = await context.readPassword();
      const { api, path } = await one(user);
      await api.call('PUT', `${path}/password`, { body: { password } });
      context.output().done(`${user} has a new password.`);
    });

  for (const [name, disabled, what] of [
    ['disable', true, 'disable a user: it is logged out everywhere, and all that was issued for it ends'],
    ['enable', false, 'let a user log in again'],
  ] as const)
    users
      .command(`${name} <user>`)
      .description(what)
      .action(async (user: string) => {
        const { api, path } = await one(user);
        await api.call('PATCH', path, { body: { disabled } });
        context.output().done(`${user} is ${name}d.`);
      });

  users
    .command('remove <user>')
    .description('remove a user, with all that was issued for it')
    .action(async (user: string) => {
      const { api, path } = await one(user);
      await api.call('DELETE', path);
      context.output().done(`${user} is gone.`);
    });
}
