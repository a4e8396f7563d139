import { profileNames } from '@rolecall/verifier/profiles';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { AuthorizationServerFlags } from '../verify/authorization-server.ts';
import type { ClientFlags } from '../verify/client.ts';
import type { ResourceServerFlags } from '../verify/resource-server.ts';
import type { CommonFlags } from '../verify/run.ts';

const roles = ['authorization-server', 'resource-server', 'client'] as const;
export type RoleName = (typeof roles)[number];

const SECRETS = `
Secrets are never given on the command line, where every account of the machine can read them:
  ROLECALL_VERIFY_PASSWORD              the password of --user; else it is asked for
  ROLECALL_VERIFY_INITIAL_ACCESS_TOKEN  with --initial-access-token-from-env
  ROLECALL_VERIFY_CLIENT_SECRET         that of a client which is verified

Exit code: 0 conformant, 1 not, 2 nothing could be verified or the command line makes no sense.`;

/** `rolecall verify …`. What it takes is loaded when it is used: the other commands do not wait for it. */
export function addVerifyCommands(program: Command): void {
  const verify = program
    .command('verify')
    .description('check anybody’s authorization server, resource server or client from outside')
    .addOption(
      new Option('--list [role]', 'list the requirements: what is tried for each, and what cannot be seen from outside').choices(roles),
    )
    .action(async ({ list }: { list?: RoleName | true }) => {
      if (list === undefined) return verify.help({ error: true });
      const { listRequirements } = await import('../verify/list.ts');
      listRequirements(list === true ? roles : [list]);
    });

  withReports(
    withCredentials(
      verify
        .command('authorization-server')
        .description('verify an authorization server')
        .requiredOption('--issuer <address>', 'its issuer identifier')
        .option('--scope <scope>', 'what tokens are asked for, with spaces between')
        .option('--resource <address>', 'the resource that tokens are asked for (RFC 8707)')
        .option('--redirect-uri <address>', 'what the clients that register name; nobody goes there'),
    ),
  ).action(async (flags: AuthorizationServerFlags & CommonFlags) => {
    const { verifyAuthorizationServer } = await import('../verify/authorization-server.ts');
    await verifyAuthorizationServer(flags);
  });

  withReports(
    withCredentials(
      verify
        .command('resource-server')
        .description('verify a resource server: an API')
        .requiredOption('--resource <address>', 'its resource identifier: the audience of its tokens')
        .option('--issuer <address>', 'the authorization server that it trusts')
        .option('--play-issuer <address>', 'instead: where the verifier plays one, which it is configured to trust')
        .option('--operation <request>', 'what is called: "GET https://…"; the resource, unless it is said', request)
        .option('--scope <scope>', 'what a token needs for it')
        .option('--other-operation <request>', 'another one, for which that scope is not enough', request)
        .option('--other-operation-scope <scope>', 'what a token needs for that')
        .option('--other-resource <address>', 'another resource of the authorization server’s')
        .option('--other-scope <scope>', 'a scope that is enough for neither'),
    ),
  ).action(async (flags: ResourceServerFlags & CommonFlags) => {
    const { verifyResourceServer } = await import('../verify/resource-server.ts');
    await verifyResourceServer(flags);
  });

  withReports(
    verify
      .command('client')
      .description('verify a web application that is configured to use the authorization server which the verifier plays')
      .requiredOption('--start-url <address>', 'the page or address that begins a sign-in')
      .option('--client-id <id>', 'as whom it is configured; without it, it has to register itself')
      .option('--issuer <address>', 'where the authorization server is played', 'http://localhost:9000')
      .option('--resource <address>', 'where the API is played that it calls')
      .option('--scope <scope>', 'the scopes that both announce, with spaces between')
      .option('--start-selector <selector>', 'the link, form or button that begins a sign-in, as a CSS selector')
      .option('--logout-selector <selector>', 'the one that logs out')
      .option('--signed-in-text <text>', 'what a page says to those only who are signed in')
      .option('--api-url <address>', 'the page that calls the API')
      .option('--only-one-authorization-server', 'it never uses another one'),
  ).action(async (flags: ClientFlags & CommonFlags) => {
    const { verifyClient } = await import('../verify/client.ts');
    await verifyClient(flags);
  });
}

/** Who asks an authorization server for tokens. */
function withCredentials(command: Command): Command {
  return command
    .option('--clients <file>', 'clients that the authorization server knows already, as JSON')
    .option('--initial-access-token-from-env', 'register clients with an initial access token (RFC 7591 §3)')
    .option('--origin <address>', 'one more origin to which the server’s pages and answers may lead. May be repeated', origin, [])
    .option('--user <name>', 'who logs in and consents')
    .option('--password-file <file>', 'holds their password')
    .addOption(new Option('--browser <browser>', 'for pages that scripts make').choices(['chromium']))
    .option('--selectors <file>', 'CSS selectors for the pages, as JSON: username, password, userCode, allow, deny')
    .option('--selector-username <selector>', 'one of them')
    .option('--selector-password <selector>', 'one of them')
    .option('--selector-user-code <selector>', 'one of them')
    .option('--selector-allow <selector>', 'one of them')
    .option('--selector-deny <selector>', 'one of them');
}

/** What is verified of a role, and what becomes of it. */
function withReports(command: Command): Command {
  return command
    .addOption(new Option('--profile <name...>', 'what is required beside OAuth 2.1').choices(profileNames))
    .option('--only <ids>', 'requirements or groups (AS-CODE), with commas between', (ids: string) => ids.split(',').filter(Boolean))
    .option('--skip <id=reason>', 'leave out a requirement or group; the reason is in the report. May be repeated', skipped, {})
    .option('--json <file>', 'write the report as JSON')
    .option('--junit <file>', 'write it as JUnit XML')
    .option('--html <file>', 'write it as a page')
    .option('--strict', 'what only SHOULD be, and what Rolecall has decided, counts too')
    .option('--timeout <seconds>', 'how long to wait for an answer', seconds)
    .addHelpText('after', SECRETS);
}

function skipped(text: string, before: Record<string, string>): Record<string, string> {
  const [id = '', ...reason] = text.split('=');
  if (id === '' || reason.join('=').trim() === '') throw new InvalidArgumentError('Say why: ID=REASON.');
  return { ...before, [id]: reason.join('=').trim() };
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 600)) throw new InvalidArgumentError('It is a number of seconds, 600 at the most.');
  return value;
}

/** A method and an address. */
export interface CalledOperation {
  method: string;
  url: string;
}

function origin(text: string, before: string[]): string[] {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) throw new InvalidArgumentError('It is a web address: https://accounts.example.');
  return [...before, text];
}

function request(text: string): CalledOperation {
  const [, method = 'GET', url = ''] = /^(?:([A-Z]+) +)?(\S+)$/.exec(text) ?? [];
  if (!URL.canParse(url)) throw new InvalidArgumentError('It is a method and an address: "GET https://api.example/notes".');
  return { method, url };
}
