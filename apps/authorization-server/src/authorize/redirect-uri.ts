/** Hosts that mean this machine. Each stands for itself: one is never taken for another (OAuth 2.1 §8.4.2). */
const LOOPBACK_HOSTS = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * Is this the registered redirect URI? Compared as text, character by character (RFC 9700 §2.1, §4.1.3), with one exception:
 * a registered loopback address without a port stands for all ports, because a native application gets whichever is free (RFC 8252 §7.3).
 */
export function matchesRedirectUri(registered: string, requested: string): boolean {
  if (registered === requested) return true;
  if (!URL.canParse(registered)) return false;
  const { protocol, hostname, port } = new URL(registered);
  if (protocol !== 'http:' || !LOOPBACK_HOSTS.has(hostname) || port !== '') return false;
  const origin = `http://${hostname}`;
  if (!registered.startsWith(origin) || !requested.startsWith(`${origin}:`)) return false;
  const match = /^:(\d{1,5})(.*)$/s.exec(requested.slice(origin.length));
  return match !== null && Number(match[1]) > 0 && Number(match[1]) <= 65_535 && match[2] === registered.slice(origin.length);
}

/** May anything be sent there at all? Never to a script, a file or plain http on another machine, even if it is registered (OAuth 2.1 §1.5). */
export function isSafeRedirectUri(uri: string): boolean {
  // Beyond visible ASCII it could not be put into a header as it is.
  if (!URL.canParse(uri) || !/^[\x21-\x7e]+$/.test(uri) || uri.includes('#')) return false;
  const { protocol, hostname } = new URL(uri);
  if (protocol === 'https:') return true;
  if (protocol === 'http:') return LOOPBACK_HOSTS.has(hostname);
  // A private-use scheme is a reversed domain name, so it has a dot (RFC 8252 §7.1); `javascript:`, `data:` and `file:` have none.
  return protocol.includes('.');
}

/** Can only one party answer there? Not on this machine or under a private-use scheme, where any program can (RFC 8252 §8.6). */
export function isExactHttps(uri: string): boolean {
  return new URL(uri).protocol === 'https:';
}

/**
 * What the policy of a page has to allow its forms so that they can end there. Browsers hold every redirect after a form to it, those that the client makes
 * after its callback included, and have no way to name an IPv6 address: so it is schemes, not hosts.
 */
export function formTargets(uri: string): string[] {
  return [...new Set(['https:', new URL(uri).protocol])];
}

/** Where the answer goes, in words that a person can check. */
export function displayTarget(uri: string): string {
  const { protocol, host } = new URL(uri);
  if (protocol !== 'http:' && protocol !== 'https:') return `an application on this device (${protocol.slice(0, -1)})`;
  return host;
}
