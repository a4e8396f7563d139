import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { userId } from './users.ts';

const COLUMNS = ['at', 'type', 'client_id', 'user_id', 'address', 'details'];

interface AuditOptions {
  type?: string;
  client?: string;
  user?: string;
  since?: string;
  until?: string;
  limit: string;
}

/** `rolecall audit …` */
export function addAuditCommands(program: Command, context: Context): void {
  program
    .command('audit')
    .description('what happened that matters to security')
    .command('list')
    .description('list events, the newest first')
    .option('--type <type>', 'such as login_failed')
    .option('--client <client_id>', 'about this client')
    .option('--user <user>', 'about this user, by username or id')
    .option('--since <time>', 'from this time on, in UTC: 2030-01-01T00:00:00Z')
    .option('--until <time>', 'before this time')
    .option('--limit <number>', 'how many at most', '50')
    .action(async ({ type, client, user, since, until, limit }: AuditOptions) => {
      if (!/^[1-9]\d{0,5}$/.test(limit)) throw new Failure('--limit must be a whole number from 1 to 999999.');
      const api = await context.api();
      const user_id = user === undefined ? undefined : await userId(api, user);
      const events = await api.list('/audit-events', { type, client_id: client, user_id, since, until }, Number(limit));
      context.output().table(events, COLUMNS);
    });
}
