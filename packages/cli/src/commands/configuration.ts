import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Item } from '../api.ts';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { readJson } from '../read-json.ts';

/** `rolecall export` and `rolecall import` */
export function addConfigurationCommands(program: Command, context: Context): void {
  program
    .command('export [file]')
    .description('write the whole configuration as one document; it holds hashes of secrets: keep it like one')
    .option('--users', 'with all users, and the hashes of their passwords')
    .action(async (file: string | undefined, { users = false }: { users?: boolean }) => {
      const document = await (await context.api()).call('GET', '/configuration', { query: { users: String(users) } });
      const text = `${JSON.stringify(document, null, 2)}\n`;
      if (file === undefined || file === '-') return void process.stdout.write(text);
      try {
        // A file that is there already may be open to others, or be somebody's.
        await writeFile(file, text, { mode: 0o600, flag: 'wx' });
      } catch (cause) {
        throw new Failure(`${file} cannot be written: ${(cause as Error).message}`, [], { cause });
      }
      context.output().done(`The configuration is in ${file}.`);
    });

  program
    .command('import <file>')
    .description('make everything that a document names as the document has it; - is standard input')
    .option('--dry-run', 'only say what would change')
    .action(async (file: string, { dryRun = false }: { dryRun?: boolean }) => {
      const body = await readJson(file);
      const report = await (await context.api()).call('POST', '/configuration', { query: { dry_run: String(dryRun) }, body });
      context.output().table(rowsOf(report), ['what', 'added', 'changed']);
    });
}

function rowsOf(report: Item): Item[] {
  return ['resources', 'clients', 'users'].map((what) => ({ what, ...(report[what] as { added: string[]; changed: string[] }) }));
}
