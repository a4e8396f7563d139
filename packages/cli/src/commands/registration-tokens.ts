import type { Command } from 'commander';
import type { Context } from '../context.ts';

/** `rolecall registration-tokens …` */
export function addRegistrationTokenCommands(program: Command, context: Context): void {
  const tokens = program.command('registration-tokens').description('initial access tokens, with which clients register themselves');

  tokens
    .command('list')
    .description('list them, without the tokens themselves')
    .action(async () =>
      context.output().table(await (await context.api()).list('/initial-access-tokens'), ['id', 'note', 'created_at', 'expires_at']),
    );

  tokens
    .command('add <note>')
    .description('add one, which is told this once; the note says what it is for')
    .option('--expires-at <time>', 'until when it is good, in UTC: 2030-01-01T00:00:00Z')
    .action(async (note: string, { expiresAt }: { expiresAt?: string }) => {
      const body = { note, ...(expiresAt !== undefined && { expires_at: expiresAt }) };
      context.output().item(await (await context.api()).call('POST', '/initial-access-tokens', { body }));
    });

  tokens
    .command('remove <id>')
    .description('remove one; clients that have registered with it stay')
    .action(async (id: string) => {
      await (await context.api()).call('DELETE', `/initial-access-tokens/${encodeURIComponent(id)}`);
      context.output().done('The token is gone.');
    });
}
