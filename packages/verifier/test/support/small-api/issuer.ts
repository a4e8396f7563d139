import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Faults } from './faults.ts';
import { Breakdown, Refusal } from './refusal.ts';

export interface Issuer {
  key: JWTVerifyGetKey;
  introspectionEndpoint(): Promise<string>;
}

const COOLDOWN_MILLISECONDS = 300;
const TIMEOUT_MILLISECONDS = 500;

/** What is fetched of an issuer: its metadata once, its keys when a token names one that is not known. */
export function createIssuer(name: string, faults: Faults): Issuer {
  let metadata: Record<string, string> | undefined;
  let keys: { find: JWTVerifyGetKey; at: number } | undefined;

  const fetchJson = async (url: string): Promise<unknown> => {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) });
      if (!response.ok) throw new Error(`${url} answered ${response.status}`);
      return await response.json();
    } catch (error) {
      if (faults.has('outageIsError')) throw new Breakdown('keys', { cause: error });
      throw new Refusal(faults.has('outageIsRefusal') ? 401 : 503, faults.has('outageIsRefusal') ? 'invalid_token' : undefined);
    }
  };
  const read = async (): Promise<Record<string, string>> => {
    if (metadata !== undefined) return metadata;
    const found = (await fetchJson(`${name}/.well-known/openid-configuration`)) as Record<string, string>;
    if (found['issuer'] !== name && !faults.has('metadataUnchecked')) throw new Refusal(503);
    return (metadata = found);
  };
  const load = async (): Promise<JWTVerifyGetKey> => {
    const { jwks_uri: address = '' } = await read();
    keys = { find: createLocalJWKSet((await fetchJson(address)) as JSONWebKeySet), at: performance.now() };
    return keys.find;
  };
  return {
    introspectionEndpoint: async () => (await read())['introspection_endpoint'] ?? '',
    key: async (header, token) => {
      const known = keys ?? { find: await load(), at: performance.now() };
      try {
        return await known.find(header, token);
      } catch (error) {
        const old = performance.now() - known.at > COOLDOWN_MILLISECONDS || faults.has('keysForEachToken');
        if (!(error instanceof errors.JWKSNoMatchingKey) || !old || faults.has('keysForEver')) throw error;
        return (await load())(header, token);
      }
    },
  };
}
