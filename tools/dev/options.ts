import { parseArgs } from 'node:util';
import { httpUrl, isLoopback } from '@rolecall/service-kit/config';
import { type Addresses, addressesFrom, type RoleName, ROLES } from '../ecosystem/roles.ts';

/** What `npm start` is asked for. */
export interface StartOptions {
  /** The roles that are not started. */
  without: ReadonlySet<RoleName>;
  /** Those of them of which it is known where somebody else's is. */
  elsewhere: ReadonlySet<RoleName>;
  addresses: Addresses;
}

/** What is wrong with the command line, in one line. */
export class OptionError extends Error {}

export const HELP = `npm start -- [options]

  --without <roles>      these roles are somebody else's: authorization-server, resource-server, sample-client
                         (separated by commas, or the option again)
  --issuer <address>     the authorization server's issuer identifier, letter by letter (or ISSUER)
  --resource <address>   the resource server's resource identifier (or RESOURCE)
  --client <address>     the client's base address; its redirect URI is <address>/callback (or BASE_URL)

docs/role-swap.md tells what somebody else's role has to know.
`;

/** How the address of each role is given, and which other roles cannot work without it. */
const PARTS: { role: RoleName; address: keyof Addresses; variable: 'ISSUER' | 'RESOURCE' | 'BASE_URL'; neededBy: RoleName[] }[] = [
  { role: 'authorization-server', address: 'issuer', variable: 'ISSUER', neededBy: ['resource-server', 'sample-client'] },
  { role: 'resource-server', address: 'resource', variable: 'RESOURCE', neededBy: ['authorization-server', 'sample-client'] },
  { role: 'sample-client', address: 'client', variable: 'BASE_URL', neededBy: ['authorization-server'] },
];

/**
 * Reads the command line of `npm start`. Where an address is not on it, the environment counts, with the variables that the roles read.
 *
 * @returns undefined where only help is asked for.
 * @throws OptionError in one line, for whoever has typed it.
 */
export function readStartOptions(parameters: string[], environment: NodeJS.ProcessEnv): StartOptions | undefined {
  const values = parse(parameters);
  if (values.help) return undefined;
  const without = readRoles(values.without ?? []);
  const given = {
    ISSUER: values.issuer ?? environment['ISSUER'],
    RESOURCE: values.resource ?? environment['RESOURCE'],
    BASE_URL: values.client ?? environment['BASE_URL'],
  };
  const addresses = addressesFrom(given);
  const elsewhere = new Set<RoleName>();
  for (const { role, address, variable, neededBy } of PARTS) {
    if (!without.has(role)) continue;
    const needing = neededBy.filter((each) => !without.has(each));
    if (given[variable]) {
      checkAddress(address, addresses[address]);
      elsewhere.add(role);
    } else if (needing.length > 0)
      throw new OptionError(`--${address} is required: the ${needing.join(' and the ')} must know where the ${role} of somebody else's is`);
  }
  refuseSharedAddresses(addresses, without, elsewhere);
  return { without, elsewhere, addresses };
}

function parse(parameters: string[]) {
  const text = { type: 'string' } as const;
  const options = { without: { ...text, multiple: true }, issuer: text, resource: text, client: text, help: { type: 'boolean' } } as const;
  try {
    return parseArgs({ args: parameters, options }).values;
  } catch (error) {
    throw new OptionError((error as Error).message.split('\n')[0], { cause: error });
  }
}

function readRoles(values: string[]): ReadonlySet<RoleName> {
  const names = values.flatMap((value) => value.split(',')).map((name) => name.trim());
  for (const name of names)
    if (!ROLES.some((role) => role === name)) throw new OptionError(`--without: there is no role "${name}"; there are ${ROLES.join(', ')}`);
  if (ROLES.every((role) => names.includes(role))) throw new OptionError('--without: nothing is left to start');
  return new Set(names as RoleName[]);
}

/** Identifiers are compared letter by letter, so nothing is mended here. */
function checkAddress(name: keyof Addresses, address: string): void {
  const parsed = httpUrl.safeParse(address);
  if (!parsed.success) throw new OptionError(`--${name} ${parsed.error.issues[0]?.message}`);
  if (!address.startsWith('https:') && !isLoopback(address))
    throw new OptionError(`--${name} must be https, except on this machine (it is "${address}")`);
  if (name === 'client' && address.endsWith('/')) throw new OptionError(`--client must not end with a slash (it is "${address}")`);
}

/** Two roles of one origin would be one server: what somebody else's is at would be our own. */
function refuseSharedAddresses(addresses: Addresses, without: ReadonlySet<RoleName>, elsewhere: ReadonlySet<RoleName>): void {
  for (const part of PARTS.filter(({ role }) => elsewhere.has(role)))
    for (const other of PARTS.filter(({ role }) => !without.has(role)))
      if (originOf(addresses[part.address]) === originOf(addresses[other.address]))
        throw new OptionError(`--${part.address} ${addresses[part.address]} is where our own ${other.role} would be`);
}

function originOf(address: string): string {
  return URL.canParse(address) ? new URL(address).origin : address;
}
