import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { readJson } from '../read-json.ts';

const COLUMNS = ['identifier', 'name', 'access_token_format', 'signing_algorithm', 'is_default'];
const at = (identifier: string): string => `/resources/${encodeURIComponent(identifier)}`;

/** `rolecall resources …` */
export function addResourceCommands(program: Command, context: Context): void {
  const resources = program.command('resources').description('protected resources that tokens can be issued for');

  resources
    .command('list')
    .description('list resources')
    .action(async () => context.output().table(await (await context.api()).list('/resources'), COLUMNS));

  resources
    .command('show <identifier>')
    .description('show a resource')
    .action(async (identifier: string) => context.output().item(await (await context.api()).call('GET', at(identifier))));

  resources
    .command('save <identifier>')
    .description('add a resource, or replace it')
    .option('--file <file>', 'members as JSON; - is standard input')
    .option('--name <name>', 'its name')
    .option('--scope <scopes...>', 'its scopes, each as name=what it allows')
    .option('--opaque', 'its access tokens are opaque, not JWTs')
    .option('--lifetime <seconds>', 'how long its access tokens live')
    .option('--default', 'meant where a request names none')
    .option('--resource-server <client_ids...>', 'the clients that may introspect its tokens')
    .action(async (identifier: string, options: ResourceOptions) => {
      const body = {
        ...(options.file !== undefined && (await readJson(options.file))),
        ...(options.name !== undefined && { name: options.name }),
        ...(options.scope !== undefined && { scopes: options.scope.map(scopeOf) }),
        ...(options.opaque && { access_token_format: 'opaque' }),
        ...(options.lifetime !== undefined && { access_token_lifetime: Number(options.lifetime) }),
        ...(options.default && { is_default: true }),
        ...(options.resourceServer !== undefined && { resource_servers: options.resourceServer }),
      };
      context.output().item(await (await context.api()).call('PUT', at(identifier), { body }));
    });

  resources
    .command('remove <identifier>')
    .description('remove a resource')
    .action(async (identifier: string) => {
      await (await context.api()).call('DELETE', at(identifier));
      context.output().done(`${identifier} is gone.`);
    });
}

interface ResourceOptions {
  file?: string;
  name?: string;
  scope?: string[];
  opaque?: boolean;
  lifetime?: string;
  default?: boolean;
  resourceServer?: string[];
}

function scopeOf(text: string): { name: string; description: string } {
  const [, name, description] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || description === undefined) throw new Failure(`"${text}" is not a scope: write name=what it allows.`);
  return { name, description };
}
