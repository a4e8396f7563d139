import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** IPv4 addresses behind a translator (RFC 6052). */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/** Whoever has one IPv6 address has the 2^64 beside it: they count as one. */
export function networkOf(address: string): string {
  if (!address.includes(':') || !isIPv6(address)) return address;
  // An IPv4 address written as IPv6 is what it was (RFC 4291 §2.5.5.2), and not one with all others of its kind.
  const parsed = ipaddr.parse(address) as ipaddr.IPv6;
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  if (parsed.match(NAT64)) return parsed.toNormalizedString();
  return parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':');
}
