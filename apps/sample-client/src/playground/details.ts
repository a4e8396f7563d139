import { redact } from '@rolecall/lab/redact';
import { unseen } from '@rolecall/lab/trace-context';
import type { Clock } from '@rolecall/storage/clock';
import type { JSONWebKeySet } from 'jose';
import type { Arrow } from './arrow.ts';
import { meaningOf } from './explain/requests.ts';
import { refusalOf } from './explain/refusals.ts';
import { tokensOf } from './explain/tokens.ts';
import { toCurl } from './export/curl.ts';

const TIMEOUT_MILLISECONDS = 2_000;

export interface DetailsOptions {
  issuer: string;
  resource: string;
  clock: Clock;
  faultTitle: (name: string) => string;
}

/** Everything about one arrow: what was said, what it means, and what is wrong with it. */
export type Details = (arrow: Arrow, secrets: boolean) => Promise<object>;

export function createDetails({ issuer, resource, clock, faultTitle }: DetailsOptions): Details {
  return async (arrow, secrets) => {
    const tokens = await tokensOf(arrow, { issuer, resource, keys: await keysOf(issuer), now: clock.now() });
    const shown = secrets ? arrow : withoutSecrets(arrow);
    return { ...shown, ...meaningOf(arrow), tokens, refusal: refusalOf(shown, tokens, faultTitle), curl: toCurl(shown) };
  };
}

/** The same arrow, blotted. */
export function withoutSecrets(arrow: Arrow): Arrow {
  return redact({ ...arrow, sequence: 0, reporter: arrow.to, direction: 'received', spanId: arrow.id });
}

/** The key set as everybody can have it, looked at without being seen. */
async function keysOf(issuer: string): Promise<JSONWebKeySet | undefined> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  for (const address of [`${origin}/.well-known/oauth-authorization-server${path}`, `${issuer}/.well-known/openid-configuration`]) {
    try {
      const { jwks_uri: keys } = (await json(address)) as { jwks_uri?: string };
      if (keys !== undefined) return (await json(keys)) as JSONWebKeySet;
    } catch {
      // Perhaps at the other place.
    }
  }
  return undefined;
}

async function json(address: string): Promise<unknown> {
  const response = await fetch(address, { headers: unseen, signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}
