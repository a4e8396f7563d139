import { type Command, InvalidArgumentError } from 'commander';
import { examine } from '../doctor/examine.ts';
import { allFits, report } from '../doctor/report.ts';
import { isLoopback, type Role, ROLES, type Settings } from '../doctor/settings.ts';

interface DoctorOptions {
  issuer: string;
  json?: boolean;
  resource: string;
  client: string;
  redirectUri?: string;
  clientId?: string;
  api?: string;
  origin?: string;
  without: Role[];
}

/** What a development server is seeded with: a client that may ask for tokens for itself. */
const SEEDED = { id: 'sample-service', secret: 'sample-service-secret' };

/** `rolecall doctor` */
export function addDoctorCommand(program: Command, environment: NodeJS.ProcessEnv): void {
  program
    .command('doctor')
    .description('say what does not fit between an authorization server, an API and a client, whoever made them, and how to mend it')
    .option('--resource <address>', "the API's resource identifier", address, environment['RESOURCE'] || 'http://localhost:4001')
    .option('--client <address>', "the client's base address", address, environment['BASE_URL'] || 'http://localhost:4002')
    .option('--redirect-uri <address>', "the client's redirect URI (default: <client>/callback)", address)
    .option('--api <address>', 'something that the API guards (default: <resource>/notes)', address)
    .option('--origin <origin>', 'the origin of a single-page application that calls the other two', address)
    .option('--client-id <id>', 'a client that may ask for a token for itself, with ROLECALL_CLIENT_SECRET')
    .option('--without <roles>', `roles that are not there: ${ROLES.join(', ')}`, roles, [])
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<DoctorOptions>();
      if (!isAddress(options.issuer))
        command.error(`error: --issuer must be an http or https address without query (it is "${options.issuer}")`);
      const settings = settingsOf(options, environment['ROLECALL_CLIENT_SECRET']);
      const findings = await examine(settings);
      const { issuer, resource, client } = settings;
      process.stdout.write(
        options.json
          ? `${JSON.stringify({ issuer, resource, client, fits: allFits(findings), findings }, null, 2)}\n`
          : report(findings, settings),
      );
      if (!allFits(findings)) process.exitCode = 1;
    });
}

function settingsOf({ issuer, resource, client, ...options }: DoctorOptions, secret: string | undefined): Settings {
  const { clientId } = options;
  const named = clientId !== undefined && secret ? { id: clientId, secret, asked: true } : undefined;
  const seeded = clientId === undefined && isLoopback(issuer) ? { ...SEEDED, asked: false } : undefined;
  const credentials = named ?? seeded;
  return {
    issuer,
    resource,
    client,
    redirectUri: options.redirectUri ?? `${client.replace(/\/$/, '')}/callback`,
    api: options.api ?? `${resource.replace(/\/$/, '')}/notes`,
    origin: new URL(options.origin ?? client).origin,
    originAsked: options.origin !== undefined,
    without: new Set(options.without),
    ...(credentials && { credentials }),
    ...(clientId !== undefined && { clientId }),
  };
}

function address(text: string): string {
  if (!isAddress(text)) throw new InvalidArgumentError('It must be an http or https address without query.');
  return text;
}

function isAddress(text: string): boolean {
  return /^https?:\/\/[^?#\s]+$/.test(text) && URL.canParse(text) && new URL(text).username === '';
}

function roles(text: string, before: Role[]): Role[] {
  const names = text.split(',').map((name) => name.trim());
  for (const name of names) if (!ROLES.some((role) => role === name)) throw new InvalidArgumentError(`There are ${ROLES.join(', ')}.`);
  return [...before, ...(names as Role[])];
}
