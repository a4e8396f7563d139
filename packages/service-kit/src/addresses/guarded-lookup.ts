import dns from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isLoopback } from '../config.ts';
import { isLoopbackAddress, isPublicAddress } from './public-address.ts';

/** For one question to one server. */
const DNS_TIMEOUT_MILLISECONDS = 1_000;

/** How names are resolved, all addresses of a name at once. */
export type Lookup = (
  hostname: string,
  options: dns.LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: dns.LookupAddress[]) => void,
) => void;

/**
 * What is wrong with an address that somebody else chose, before anything is asked: undefined when nothing is. A name is judged when it is resolved.
 *
 * @param allowLoopback for development: `localhost` and its addresses may be asked, with http too.
 */
export function addressProblem(text: string, allowLoopback: boolean): string | undefined {
  if (!URL.canParse(text)) return 'must be an absolute URL';
  const { protocol, username, password, hostname, hash } = new URL(text);
  if (username !== '' || password !== '' || hash !== '') return 'must have neither user nor fragment';
  const loopback = allowLoopback && isLoopback(text);
  if (protocol !== 'https:' && !(loopback && protocol === 'http:')) return 'must be https';
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  // The connection is made to an address as it stands, without any lookup.
  if (!loopback && (isLoopback(text) || (isIP(address) !== 0 && !isPublicAddress(address)))) return 'must be a public address';
  return undefined;
}

/**
 * Asks the DNS itself. `dns.lookup` asks the operating system, which has no time limit and waits in one of the few threads that passwords are hashed in:
 * whoever names a slow server would make everybody wait who logs in.
 */
export function lookupIn(resolver: Pick<dns.promises.Resolver, 'resolve4' | 'resolve6'>): Lookup {
  const find = async (hostname: string): Promise<dns.LookupAddress[]> => {
    const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    if (four.status === 'rejected' && six.status === 'rejected') throw four.reason;
    return [four, six].flatMap((result, index) =>
      result.status === 'rejected' ? [] : result.value.map((address) => ({ address, family: index === 0 ? 4 : 6 })),
    );
  };
  return (hostname, _options, callback) => {
    find(hostname).then(
      (addresses) => callback(null, addresses),
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}

/**
 * The lookup for connections to addresses that somebody else chose. What a name resolves to is checked in the very lookup that the connection is made from,
 * so that a name which changes its mind (DNS rebinding) gains nothing. One special-use address among a name's addresses refuses it.
 *
 * @param options.allowLoopback for development: `localhost` may be asked, as the machine has it.
 * @param options.lookup how names are resolved: {@link lookupIn} the DNS.
 */
export function createGuardedLookup(options: { allowLoopback: boolean; lookup?: Lookup }): LookupFunction {
  const { allowLoopback } = options;
  const inDns = lookupIn(new dns.promises.Resolver({ timeout: DNS_TIMEOUT_MILLISECONDS, tries: 2 }));
  return (hostname, asked, callback) => {
    const loopback = allowLoopback && hostname === 'localhost';
    const lookup = options.lookup ?? (loopback ? dns.lookup : inDns);
    const isAllowed = (address: string) => (loopback ? isLoopbackAddress(address) : isPublicAddress(address));
    lookup(hostname, { ...asked, all: true }, (error, addresses) => {
      if (error) return callback(error, '');
      const [first] = addresses;
      if (first === undefined || !addresses.every(({ address }) => isAllowed(address)))
        return callback(new Error('the name does not lead to a public address'), '');
      return asked.all === true ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };
}
