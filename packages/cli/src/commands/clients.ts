import type { Command } from 'commander';
import type { Item } from '../api.ts';
import type { Context } from '../context.ts';
import { readJson } from '../read-json.ts';

const COLUMNS = ['client_id', 'client_name', 'token_endpoint_auth_method', 'grant_types', 'disabled'];
const at = (id: string): string => `/clients/${encodeURIComponent(id)}`;

interface ClientOptions {
  file?: string;
  id?: string;
  name?: string;
  grantType?: string[];
  redirectUri?: string[];
  scope?: string;
  authMethod?: string;
  applicationType?: string;
  jwksUri?: string;
  pkce?: boolean;
}

/** `rolecall clients …` */
export function addClientCommands(program: Command, context: Context): void {
  const clients = program.command('clients').description('registered clients');

  clients
    .command('list')
    .description('list clients')
    .action(async () => context.output().table(await (await context.api()).list('/clients'), COLUMNS));

  clients
    .command('show <client_id>')
    .description('show a client')
    .action(async (id: string) => context.output().item(await (await context.api()).call('GET', at(id))));

  withMembers(clients.command('create').description('add a client; its secret is told this once'))
    .option('--id <client_id>', 'its id; without it one is made')
    .action(async (options: ClientOptions) => {
      const body = { ...(await membersOf(options)), ...(options.id !== undefined && { client_id: options.id }) };
      context.output().item(await (await context.api()).call('POST', '/clients', { body }));
    });

  withMembers(clients.command('update <client_id>').description('change a client; what is not named stays')).action(
    async (id: string, options: ClientOptions) =>
      context.output().item(await (await context.api()).call('PATCH', at(id), { body: await membersOf(options) })),
  );

  for (const [name, disabled, what] of [
    ['disable', true, 'disable a client: all that was issued to it ends'],
    ['enable', false, 'let a client act again'],
  ] as const)
    clients
      .command(`${name} <client_id>`)
      .description(what)
      .action(async (id: string) => {
        await (await context.api()).call('PATCH', at(id), { body: { disabled } });
        context.output().done(`${id} is ${name}d.`);
      });

  clients
    .command('remove <client_id>')
    .description('remove a client, with all that was issued to it')
    .action(async (id: string) => {
      await (await context.api()).call('DELETE', at(id));
      context.output().done(`${id} is gone.`);
    });

  addSecretCommands(clients, context);
}

function addSecretCommands(clients: Command, context: Context): void {
  const secrets = clients.command('secrets').description("a client's secrets");

  secrets
    .command('list <client_id>')
    .description('list them, without the secrets themselves')
    .action(async (id: string) => {
      const { items } = await (await context.api()).call('GET', `${at(id)}/secrets`);
      context.output().table(items as Item[], ['id', 'created_at', 'expires_at']);
    });

  secrets
    .command('add <client_id>')
    .description('add one, which is told this once; the others stay valid')
    .option('--expires-at <time>', 'until when it is good, in UTC: 2030-01-01T00:00:00Z')
    .action(async (id: string, { expiresAt }: { expiresAt?: string }) => {
      const body = { ...(expiresAt !== undefined && { expires_at: expiresAt }) };
      context.output().item(await (await context.api()).call('POST', `${at(id)}/secrets`, { body }));
    });

  secrets
    .command('remove <client_id> <secret_id>')
    .description('remove one')
    .action(async (id: string, secret: string) => {
      await (await context.api()).call('DELETE', `${at(id)}/secrets/${encodeURIComponent(secret)}`);
      context.output().done('The secret is gone.');
    });
}

function withMembers(command: Command): Command {
  return command
    .option('--file <file>', 'members as JSON, by the names of RFC 7591; - is standard input')
    .option('--name <name>', 'its name')
    .option('--grant-type <types...>', 'authorization_code, refresh_token, client_credentials')
    .option('--redirect-uri <uris...>', 'where its authorization responses may go')
    .option('--scope <scope>', 'the scopes that it may ask for, in one argument')
    .option('--auth-method <method>', 'client_secret_basic, client_secret_post, private_key_jwt or none')
    .option('--application-type <type>', 'web or native')
    .option('--jwks-uri <uri>', 'where its public keys are')
    .option('--no-pkce', 'it was written before PKCE (confidential clients only)');
}

async function membersOf(options: ClientOptions): Promise<Item> {
  const given: Item = {
    client_name: options.name,
    grant_types: options.grantType,
    redirect_uris: options.redirectUri,
    scope: options.scope,
    token_endpoint_auth_method: options.authMethod,
    application_type: options.applicationType,
    jwks_uri: options.jwksUri,
    require_pkce: options.pkce === false ? false : undefined,
  };
  return {
    ...(options.file !== undefined && (await readJson(options.file))),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}
