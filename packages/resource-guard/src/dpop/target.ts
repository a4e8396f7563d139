import type { IncomingMessage } from 'node:http';

/** A request, as far as proofs speak of it. `originalUrl` is what Express calls the target before a router takes its own part away. */
export type ProvenRequest = Pick<IncomingMessage, 'rawHeaders' | 'url' | 'method'> & { originalUrl?: string };

/** Does `htu`, the address that a proof is for, name the target of a request? */
export type IsTarget = (htu: string, request: ProvenRequest) => boolean;

/** The unreserved characters, which mean the same when they are percent-encoded (RFC 3986 §2.3). */
const UNRESERVED = /[\w.~-]/;

/**
 * Makes the comparison of RFC 9449 §4.3: without query and fragment, after normalisation by syntax and scheme (RFC 3986 §6.2.2 and §6.2.3).
 * Where the request came in is not asked of it: its `Host` is the sender's own word. The base is the configuration's.
 *
 * @param base where clients reach this server: an origin, and what a proxy takes away of the path.
 * @throws Error where it is none.
 */
export function createIsTarget(base: string): IsTarget {
  if (!/^https?:\/\/[^?#]+$/.test(base) || !URL.canParse(base)) throw new Error(`the base of proofs is no address: ${base}`);
  const prefix = base.replace(/\/$/, '');
  return (htu, request) => {
    const target = pathOf(request.originalUrl ?? request.url ?? '');
    if (target === undefined || !URL.canParse(htu)) return false;
    const [claimed, actual] = [new URL(htu), new URL(`${prefix}${target}`)];
    // What a URL parser makes another path of ("/a/../b", "\"), a router may take literally: the proof would be for one and the request at the other.
    if (actual.pathname !== `${new URL(`${prefix}/`).pathname.slice(0, -1)}${target}`) return false;
    if (claimed.username !== '' || claimed.password !== '') return false;
    return claimed.origin === actual.origin && normal(claimed.pathname) === normal(actual.pathname);
  };
}

/** The path of a request's target. A proxy may be sent the whole address (RFC 9112 §3.2.2): only its path counts. */
function pathOf(target: string): string | undefined {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  return path === '' ? '/' : path.startsWith('/') ? path : undefined;
}

const normal = (path: string): string =>
  path.replace(/%[0-9a-f]{2}/gi, (escape) => {
    const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return UNRESERVED.test(character) ? character : escape.toUpperCase();
  });
