import { readFile } from 'node:fs/promises';
import { type KnownClients, knownClients } from '@rolecall/verifier/authorization-server/target';
import type { User } from '@rolecall/verifier/person/create-person';
import { type Selectors, usualSelectors } from '@rolecall/verifier/person/selectors';
import { Failure } from '../failure.ts';
import { readJson } from '../read-json.ts';
import { readPassword } from '../read-password.ts';

/** Who asks the authorization server for tokens, as the command line says it. */
export interface CredentialFlags {
  clients?: string;
  origin?: string[];
  initialAccessTokenFromEnv?: boolean;
  user?: string;
  passwordFile?: string;
  browser?: 'chromium';
  selectors?: string;
  selectorUsername?: string;
  selectorPassword?: string;
  selectorUserCode?: string;
  selectorAllow?: string;
  selectorDeny?: string;
}

const PASSWORD = 'ROLECALL_VERIFY_PASSWORD';
const INITIAL_ACCESS_TOKEN = 'ROLECALL_VERIFY_INITIAL_ACCESS_TOKEN';

/** @throws Failure where something is missing or is not what it has to be. */
export async function readCredentials(
  flags: CredentialFlags,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<{ clients?: KnownClients; origins?: string[]; initialAccessToken?: string; user?: User }> {
  const clients = flags.clients === undefined ? undefined : await readClients(flags.clients);
  const user = flags.user === undefined ? undefined : await readUser(flags.user, flags, environment);
  const initialAccessToken = environment[INITIAL_ACCESS_TOKEN];
  if (flags.initialAccessTokenFromEnv && !initialAccessToken) throw new Failure(`${INITIAL_ACCESS_TOKEN} is not set.`);
  return {
    ...(clients && { clients }),
    ...(user && { user }),
    ...(flags.origin && { origins: flags.origin }),
    ...(flags.initialAccessTokenFromEnv && initialAccessToken !== undefined && { initialAccessToken }),
  };
}

async function readClients(file: string): Promise<KnownClients> {
  const read = knownClients.safeParse(await readJson(file));
  if (read.success) return read.data;
  // Only where something is wrong, never what is there: it may be a secret.
  const places = read.error.issues.map(({ path, code }) => `${path.join('.')} (${code})`);
  throw new Failure(`${file} does not hold clients as they have to be: ${places.join(', ')}`);
}

async function readUser(username: string, flags: CredentialFlags, environment: NodeJS.ProcessEnv): Promise<User> {
  const { browser, passwordFile } = flags;
  const selectors = await readSelectors(flags);
  const password =
    environment[PASSWORD] ||
    (passwordFile === undefined ? await readPassword(process.stdin, process.stderr, { once: true }) : await readSecret(passwordFile));
  return { username, password, selectors, ...(browser && { browser }) };
}

async function readSecret(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch (cause) {
    throw new Failure(`The password could not be read: ${(cause as Error).message}`, [], { cause });
  }
}

async function readSelectors(flags: CredentialFlags): Promise<Partial<Selectors>> {
  const fromFile = flags.selectors === undefined ? {} : await readJson(flags.selectors);
  for (const [name, selector] of Object.entries(fromFile))
    if (!(name in usualSelectors) || typeof selector !== 'string')
      throw new Failure(`${flags.selectors} has no place for ${name}: ${Object.keys(usualSelectors).join(', ')} are CSS selectors.`);
  const given = {
    username: flags.selectorUsername,
    password: flags.selectorPassword,
    userCode: flags.selectorUserCode,
    allow: flags.selectorAllow,
    deny: flags.selectorDeny,
  };
  return { ...fromFile, ...Object.fromEntries(Object.entries(given).filter(([, selector]) => selector !== undefined)) };
}
