import type { Command } from 'commander';
import type { Item } from '../api.ts';
import type { Context } from '../context.ts';

/** `rolecall keys …` */
export function addKeyCommands(program: Command, context: Context): void {
  const keys = program.command('keys').description('the keys that sign tokens');

  keys
    .command('list')
    .description('list their public parts, and what each does')
    .action(async () => {
      const { items } = await (await context.api()).call('GET', '/keys');
      context.output().table(items as Item[], ['algorithm', 'state', 'signs_from', 'kid']);
    });

  keys
    .command('rotate <algorithm>')
    .description('make the next key of ES256, RS256 or EdDSA: announced first, in use later')
    .option('--immediately', 'for a key in wrong hands: the new one signs now, and all that the older ones signed is dead')
    .action(async (algorithm: string, { immediately = false }: { immediately?: boolean }) =>
      context.output().item(await (await context.api()).call('POST', '/keys', { body: { algorithm, immediately } })),
    );
}
