import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { userId } from './users.ts';

const COLUMNS = ['id', 'user_id', 'client_id', 'scope', 'created_at', 'revoked_at'];

interface Whose {
  user?: string;
  client?: string;
}

/** `rolecall grants …` */
export function addGrantCommands(program: Command, context: Context): void {
  const grants = program.command('grants').description('what users have granted to clients');

  const queryOf = async ({ user, client }: Whose) => ({
    user_id: user === undefined ? undefined : await userId(await context.api(), user),
    client_id: client,
  });

  withWhose(grants.command('list').description('list grants, the newest first')).action(async (whose: Whose) =>
    context.output().table(await (await context.api()).list('/grants', await queryOf(whose)), COLUMNS),
  );

  withWhose(grants.command('revoke [id]').description('revoke one grant, or all of a user, to a client, or of a user to a client')).action(
    async (id: string | undefined, whose: Whose) => {
      const some = whose.user !== undefined || whose.client !== undefined;
      if ((id === undefined) !== some) throw new Failure('Name one grant, or --user, --client or both.');
      const api = await context.api();
      if (id !== undefined) {
        await api.call('DELETE', `/grants/${encodeURIComponent(id)}`);
        return context.output().done('The grant is revoked.');
      }
      context.output().item(await api.call('DELETE', '/grants', { query: await queryOf(whose) }));
    },
  );
}

function withWhose(command: Command): Command {
  return command.option('--user <user>', 'of this user, by username or id').option('--client <client_id>', 'to this client');
}
