import { isIP } from 'node:net';
import { notTried } from './finding.ts';

/**
 * Whom the verifier talks to. It carries a person's password and clients' secrets, and runs where much can be reached that the world cannot reach: what a
 * server answers (a redirect, the action of a form, `registration_client_uri`) must not lead it anywhere else.
 */
export interface Reach {
  /** Somebody who runs the verifier has named these addresses. What is no web address, a name for instance, is passed over. */
  allow(addresses: readonly (string | undefined)[]): void;
  /** An issuer's metadata names these: endpoints may have a host of their own. Counts for public names by https, and for what is as near as the issuer. */
  announce(issuer: string, addresses: readonly unknown[]): void;
  /** Whether an address is at one of those origins. */
  includes(address: string): boolean;
  /** @throws Finding (`not tried`) unless the address is at one of those origins. */
  insist(address: string): void;
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
/** Names that mean something else in each network (RFC 6761, RFC 6762, RFC 8375, and `internal` by ICANN's word). */
const OF_A_NETWORK = /\.(?:local|localhost|internal|intranet|lan|home|corp|home\.arpa)\.?$/;

export function createReach(): Reach {
  const origins = new Set<string>();
  const includes = (address: string): boolean => {
    const url = webAddress(address);
    return url !== undefined && origins.has(url.origin);
  };
  return {
    allow: (addresses) => {
      for (const address of addresses) {
        const url = webAddress(address);
        if (url) origins.add(url.origin);
      }
    },
    announce: (issuer, addresses) => {
      const own = webAddress(issuer);
      for (const address of addresses) {
        const url = webAddress(address);
        if (own && url && mayAnnounce(own, url)) origins.add(url.origin);
      }
    },
    includes,
    insist: (address) => {
      if (includes(address)) return;
      const { origin, protocol } = URL.canParse(address) ? new URL(address) : { origin: 'null', protocol: '' };
      notTried(
        `it leads to ${origin === 'null' ? `an address of the kind "${protocol}"` : origin}, which is neither the issuer’s nor an endpoint of its metadata by https: ` +
          'nothing is sent there; if it belongs to the server, name it (origins)',
      );
    },
  };
}

function mayAnnounce(issuer: URL, url: URL): boolean {
  const isAsSafe = url.protocol === 'https:' || url.protocol === issuer.protocol;
  if (url.hostname === issuer.hostname) return isAsSafe;
  if (LOOPBACK.includes(issuer.hostname) && LOOPBACK.includes(url.hostname)) return true;
  return url.protocol === 'https:' && isPublicName(url.hostname);
}

function isPublicName(hostname: string): boolean {
  return isIP(hostname.replace(/[[\]]/g, '')) === 0 && /.\../.test(hostname) && !OF_A_NETWORK.test(hostname);
}

function webAddress(address: unknown): URL | undefined {
  if (typeof address !== 'string' || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined;
}
