import { profileNames } from '@rolecall/verifier/profiles';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { AuthorizationServerFlags } from '../verify/authorization-server.ts';
import type { CommonFlags } from '../verify/run.ts';

const roles = ['authorization-server'] as const;
export type RoleName = (typeof roles)[number];

const SECRETS = `
Secrets are never given on the command line, where every account of the machine can read them:
  ROLECALL_VERIFY_PASSWORD              the password of --user; else it is asked for
  ROLECALL_VERIFY_INITIAL_ACCESS_TOKEN  with --initial-access-token-from-env

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

  asked(verify.command('authorization-server'))
    .description('verify an authorization server')
    .requiredOption('--issuer <address>', 'its issuer identifier')
    .option('--redirect-uri <address>', 'what the clients that register name; nobody goes there')
    .action(async (flags: AuthorizationServerFlags & CommonFlags) => {
      const { verifyAuthorizationServer } = await import('../verify/authorization-server.ts');
      await verifyAuthorizationServer(flags);
    });
}

/** What all roles' commands have. */
function asked(command: Command): Command {
  return command
    .option('--scope <scope>', 'what tokens are asked for, with spaces between')
    .option('--resource <address>', 'the resource that tokens are asked for (RFC 8707)')
    .option('--clients <file>', 'clients that the server knows already, as JSON')
    .option('--initial-access-token-from-env', 'register clients with an initial access token (RFC 7591 §3)')
    .option('--user <name>', 'who logs in and consents')
    .option('--password-file <file>', 'holds their password')
    .option('--browser <browser>', 'for pages that scripts make: chromium')
    .option('--selectors <file>', 'CSS selectors for the pages, as JSON: username, password, userCode, allow, deny')
    .option('--selector-username <selector>', 'one of them')
    .option('--selector-password <selector>', 'one of them')
    .option('--selector-user-code <selector>', 'one of them')
    .option('--selector-allow <selector>', 'one of them')
    .option('--selector-deny <selector>', 'one of them')
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
