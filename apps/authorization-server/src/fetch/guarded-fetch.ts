import dns from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isLoopback } from '@rolecall/service-kit/config';
import { Agent, request } from 'undici';
import { isLoopbackAddress, isPublicAddress } from './public-address.ts';

/** Fetches a JSON document from an address that somebody else chose. Throws {@link FetchRefusedError}, or an error of the network. */
export type GuardedFetch = (url: string) => Promise<unknown>;

/** An address that is not asked, or an answer that is not taken. */
export class FetchRefusedError extends Error {}

/** For all of it: the name, the connection, the answer. */
const TIMEOUT_MILLISECONDS = 3_000;
/** For one question to one server. */
const DNS_TIMEOUT_MILLISECONDS = 1_000;
const MAXIMUM_BYTES = 64 * 1024;

/** How names are resolved, all addresses of a name at once. */
export type Lookup = (
  hostname: string,
  options: dns.LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: dns.LookupAddress[]) => void,
) => void;

/**
 * Where a stranger names the address, this server must not become the stranger's hand inside its own network (SSRF). Only https to public addresses;
 * what a name resolves to is checked in the very lookup that the connection is made from, so that a name which changes its mind (DNS rebinding)
 * gains nothing. Redirects are not followed. Size and time have limits.
 *
 * @param options.allowLoopback for development: `localhost` and its addresses may be asked, with http too.
 * @param options.lookup how names are resolved: {@link lookupIn} the DNS; where loopback is allowed, `localhost` as the machine has it.
 */
export function createGuardedFetch(options: { allowLoopback: boolean; lookup?: Lookup }): GuardedFetch {
  const inDns = lookupIn(new dns.promises.Resolver({ timeout: DNS_TIMEOUT_MILLISECONDS, tries: 2 }));
  const lookup = guardedLookup(
    (hostname) => options.lookup ?? (options.allowLoopback && hostname === 'localhost' ? dns.lookup : inDns),
    options.allowLoopback,
  );
  const dispatcher = new Agent({
    connect: { lookup, timeout: TIMEOUT_MILLISECONDS },
    headersTimeout: TIMEOUT_MILLISECONDS,
    bodyTimeout: TIMEOUT_MILLISECONDS,
    maxResponseSize: MAXIMUM_BYTES,
    // No connection is kept: the next one is looked up and checked anew.
    pipelining: 0,
  });

  return async (url) => {
    const problem = fetchProblem(url, options.allowLoopback);
    if (problem !== undefined) throw new FetchRefusedError(problem);
    const response = await request(url, {
      dispatcher,
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    if (response.statusCode !== 200 || response.headers['content-encoding'] !== undefined) {
      response.body.on('error', () => {}).destroy();
      throw new FetchRefusedError(`the answer is not a plain 200 (it is ${response.statusCode})`);
    }
    return response.body.json();
  };
}

/** What is wrong with an address before anything is asked: undefined when nothing is. A name is judged when it is resolved. */
export function fetchProblem(text: string, allowLoopback: boolean): string | undefined {
  if (!URL.canParse(text)) return 'must be an absolute URL';
  const { protocol, username, password, hostname, hash } = new URL(text);
  if (username !== '' || password !== '' || hash !== '') return 'must have neither user nor fragment';
  const loopback = allowLoopback && isLoopback(text);
  if (protocol !== 'https:' && !(loopback && protocol === 'http:')) return 'must be https';
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  // The connection is made to an address as it stands, without any lookup.
  if (isIP(address) !== 0 && !loopback && !isPublicAddress(address)) return 'must be a public address';
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

function guardedLookup(lookupOf: (hostname: string) => Lookup, allowLoopback: boolean): LookupFunction {
  return (hostname, options, callback) => {
    const loopback = allowLoopback && hostname === 'localhost';
    const isAllowed = (address: string) => (loopback ? isLoopbackAddress(address) : isPublicAddress(address));
    lookupOf(hostname)(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '');
      const [first] = addresses;
      if (first === undefined || !addresses.every(({ address }) => isAllowed(address)))
        return callback(new FetchRefusedError('the name does not lead to a public address'), '');
      return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };
}
