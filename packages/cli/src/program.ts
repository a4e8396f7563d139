import { Command } from 'commander';
import { type Api, createApi } from './api.ts';
import { addAuditCommands } from './commands/audit.ts';
import { addClientCommands } from './commands/clients.ts';
import { addConfigurationCommands } from './commands/configuration.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addGrantCommands } from './commands/grants.ts';
import { addKeyCommands } from './commands/keys.ts';
import { addRegistrationTokenCommands } from './commands/registration-tokens.ts';
import { addResourceCommands } from './commands/resources.ts';
import { addUserCommands } from './commands/users.ts';
import { addVerifyCommands } from './commands/verify.ts';
import { connect } from './connection.ts';
import type { Context } from './context.ts';
import { createOutput } from './output.ts';
import { readPassword } from './read-password.ts';

interface GlobalOptions {
  issuer: string;
  json?: boolean;
}

const DEVELOPMENT_ISSUER = 'http://localhost:4000';

/** The whole command line. @param words what was typed after the program's name */
export function createProgram(environment: NodeJS.ProcessEnv, words: readonly string[] = process.argv.slice(2)): Command {
  const program = new Command('rolecall')
    .description('Administration of a Rolecall authorization server.')
    .option('--issuer <address>', 'the authorization server (ROLECALL_ISSUER)', environment['ROLECALL_ISSUER'] || DEVELOPMENT_ISSUER)
    .option('--json', 'answer as JSON, for programs')
    .addHelpText(
      'after',
      '\nIt works as the client ROLECALL_CLIENT_ID with ROLECALL_CLIENT_SECRET, by default as that of a development server.',
    )
    // What `verify` looks at is nothing that is administered: its --issuer and --json are its own.
    .enablePositionalOptions(words[0] === 'verify')
    .showHelpAfterError('(--help tells more)')
    .exitOverride();

  let api: Promise<Api> | undefined;
  const context: Context = {
    api: () =>
      (api ??= connect({
        issuer: program.opts<GlobalOptions>().issuer,
        clientId: environment['ROLECALL_CLIENT_ID'] || undefined,
        clientSecret: environment['ROLECALL_CLIENT_SECRET'] || undefined,
      }).then(createApi)),
    output: () => createOutput(program.opts<GlobalOptions>().json ?? false, (text) => process.stdout.write(text)),
    readPassword: () => readPassword(process.stdin, process.stderr),
  };
  for (const add of [
    addClientCommands,
    addResourceCommands,
    addUserCommands,
    addGrantCommands,
    addKeyCommands,
    addAuditCommands,
    addRegistrationTokenCommands,
    addConfigurationCommands,
    addVerifyCommands,
  ])
    add(program, context);
  addDoctorCommand(program, environment);
  return program;
}
