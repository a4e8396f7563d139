import { setTimeout as delay } from 'node:timers/promises';
import type { Addresses, RoleName } from '../ecosystem/roles.ts';

/** How a role that is somebody else's was found. */
export type State = { fits: true } | { fits: false; problem: string };

const TIMEOUT_MILLISECONDS = 3_000;
const RETRY_MILLISECONDS = 2_000;
const MAXIMUM_BYTES = 256 * 1024;

/**
 * Asks a role that is somebody else's whether it is there: an authorization server for its metadata, of which the issuer has to be the one that was given
 * (RFC 8414 §3.3); any other for any answer at all. `rolecall doctor` looks closer.
 */
export async function lookElsewhere(role: RoleName, addresses: Addresses): Promise<State> {
  try {
    if (role === 'authorization-server') return await lookAtIssuer(addresses.issuer);
    const response = await ask(role === 'resource-server' ? addresses.resource : addresses.client);
    await response.body?.cancel();
    return { fits: true };
  } catch (error) {
    const { message, cause } = error as Error;
    const reason = cause instanceof Error ? (cause as NodeJS.ErrnoException).code || cause.message : message;
    return { fits: false, problem: `does not answer (${reason})` };
  }
}

/** Asks again and again until the role is there as it should be. @returns false when `signal` has ended it before. */
export async function untilItFits(role: RoleName, addresses: Addresses, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    if ((await lookElsewhere(role, addresses)).fits) return true;
    await delay(RETRY_MILLISECONDS, undefined, { signal, ref: false }).catch(() => {});
  }
  return false;
}

async function lookAtIssuer(issuer: string): Promise<State> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  // RFC 8414 §3.1 and OpenID Connect Discovery §4: some products have only the second.
  for (const url of [`${origin}/.well-known/oauth-authorization-server${path}`, `${origin}${path}/.well-known/openid-configuration`]) {
    const response = await ask(url);
    if (!response.ok) {
      await response.body?.cancel();
      continue;
    }
    const named = issuerIn(await readText(response));
    return named === issuer ? { fits: true } : { fits: false, problem: `says that its issuer is ${JSON.stringify(named ?? null)}` };
  }
  return { fits: false, problem: 'has no metadata where RFC 8414 or OpenID Connect Discovery have it' };
}

const ask = (url: string): Promise<Response> => fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) });

function issuerIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { issuer?: unknown } | null)?.issuer;
  } catch {
    return undefined;
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAXIMUM_BYTES) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
