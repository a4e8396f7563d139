import { addressProblem, createGuardedLookup, type Lookup } from '@rolecall/service-kit/addresses/guarded-lookup';
import { Agent, request } from 'undici';

/** Fetches a JSON document from an address that somebody else chose. Throws {@link FetchRefusedError}, or an error of the network. */
export type GuardedFetch = (url: string) => Promise<unknown>;

/** An address that is not asked, or an answer that is not taken. */
export class FetchRefusedError extends Error {}

/** For all of it: the name, the connection, the answer. */
const TIMEOUT_MILLISECONDS = 3_000;
const MAXIMUM_BYTES = 64 * 1024;

/**
 * Where a stranger names the address, this server must not become the stranger's hand inside its own network (SSRF). Only https to public addresses;
 * what a name resolves to is checked in the very lookup that the connection is made from, so that a name which changes its mind (DNS rebinding)
 * gains nothing. Redirects are not followed. Size and time have limits.
 *
 * @param options.allowLoopback for development: `localhost` and its addresses may be asked, with http too.
 * @param options.lookup how names are resolved, for tests.
 */
export function createGuardedFetch(options: { allowLoopback: boolean; lookup?: Lookup }): GuardedFetch {
  const dispatcher = new Agent({
    connect: { lookup: createGuardedLookup(options), timeout: TIMEOUT_MILLISECONDS },
    headersTimeout: TIMEOUT_MILLISECONDS,
    bodyTimeout: TIMEOUT_MILLISECONDS,
    maxResponseSize: MAXIMUM_BYTES,
    // No connection is kept: the next one is looked up and checked anew.
    pipelining: 0,
  });

  return async (url) => {
    const problem = addressProblem(url, options.allowLoopback);
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
