import ipaddr from 'ipaddr.js';

/** Global unicast (RFC 4291 §2.4). Below it are old forms that embed an IPv4 address, `::7f00:1` among them. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Is this IP address one of the public Internet's? False for everything with a special use (RFC 6890): this machine, private networks,
 * link-local ones (where cloud machines find their own secrets), multicast, documentation, and translations of all these into IPv6.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || (address as ipaddr.IPv6).match(GLOBAL_UNICAST);
}

/** Does this address lead back to this machine? */
export function isLoopbackAddress(text: string): boolean {
  return ipaddr.isValid(text) && ipaddr.process(text).range() === 'loopback';
}
