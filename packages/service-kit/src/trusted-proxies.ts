import proxyAddr from '@fastify/proxy-addr';

const REMEMBERED = 1_000;

/**
 * Is the sender at this address one of the proxies that are believed? Answers from memory for an address that it knows:
 * the framework asks several times for each request, and would parse the address each time.
 *
 * @param list addresses, networks or names of ranges, separated by commas.
 */
export function trustedProxies(list: string): (address: string) => boolean {
  const trust = proxyAddr.compile(list.split(',').map((each) => each.trim()));
  const known = new Map<string, boolean>();
  return (address) => {
    let trusted = known.get(address);
    if (trusted === undefined) {
      trusted = trust(address, 0);
      // Beyond that it is not proxies that ask.
      if (known.size >= REMEMBERED) known.clear();
      known.set(address, trusted);
    }
    return trusted;
  };
}

const WITH_PORT = /^(?:([\d.]+):\d{1,5}|\[([\da-f:.]+)\](?::\d{1,5})?)$/i;

/** An `X-Forwarded-For` as most proxies write it: some add the port to the address (`203.0.113.7:4711`, `[2001:db8::1]:4711`), which is another one for each connection. */
export function withoutPorts(forwardedFor: string): string {
  // One IPv4 address, as most of them are: there is nothing to take away.
  if (/^[\d.]+$/.test(forwardedFor)) return forwardedFor;
  return forwardedFor
    .split(',')
    .map((each) => each.trim().replace(WITH_PORT, '$1$2'))
    .join(', ');
}
