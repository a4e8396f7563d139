import type { Check } from '../check.ts';
import { jsonOf, type JsonObject, textOf, urlOf } from '../documents.ts';
import { advice, fits, type Observation, wrong } from '../finding.ts';
import { type Answer, isAnswer } from '../probe.ts';

/** Members of a JWK that only its owner may have (RFC 7518 §6.2.2, §6.3.2, §6.4.1). */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const TYPES = ['application/json', 'application/jwk-set+json'];

/** Whether the keys that tokens are signed with can be had. */
export const keys: Check = {
  name: 'keys',
  view: 'authorization server',
  roles: ['authorization-server'],
  look: async ({ metadata, probe }) => {
    const found = await metadata();
    if (!('document' in found)) return [];
    const url = urlOf(found.document, 'jwks_uri');
    if (url === undefined) return [unusable('the metadata names no jwks_uri')];
    const answer = await probe(url);
    if (!isAnswer(answer)) return [unusable(`${url}: ${answer.reason}`)];
    const list = answer.status === 200 ? jsonOf(answer)?.['keys'] : undefined;
    if (!Array.isArray(list)) return [unusable(`${url}: status ${answer.status}, and no set of keys`)];
    return judge(
      url,
      list.filter((each): each is JsonObject => typeof each === 'object' && each !== null),
      answer,
    );
  },
};

function judge(url: string, list: JsonObject[], { headers }: Answer): Observation[] {
  const observations: Observation[] = [];
  const leaked = list.filter((key) => PRIVATE.some((member) => member in key));
  if (leaked.length > 0)
    observations.push(
      wrong({
        seen: `${url} publishes the private part of ${leaked.length === 1 ? 'a key' : `${leaked.length} keys`}`,
        why: 'whoever reads it can make tokens that every API of this issuer accepts',
        mend: 'take these keys out of use at once (ours: npx rolecall keys rotate ALGORITHM --immediately), then publish public parts alone',
        reference: 'RFC 7517 §9.2; RFC 8414 §2',
      }),
    );
  const usable = list.filter((key) => ['EC', 'RSA', 'OKP'].includes(textOf(key, 'kty') ?? '') && textOf(key, 'use') !== 'enc');
  if (usable.length === 0) observations.push(unusable(`${url} has no public key for signatures`));
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? 'none';
  if (!TYPES.includes(type))
    observations.push(
      advice({
        seen: `${url} has the content type ${type}`,
        why: 'some libraries refuse a set of keys that is not JSON by name',
        mend: 'send application/json or application/jwk-set+json',
        reference: 'RFC 7517 §8.5.2',
      }),
    );
  return observations.length > 0 ? observations : [fits(`${usable.length} public keys at ${url}`)];
}

function unusable(seen: string): Observation {
  return wrong({
    seen,
    why: 'an API that cannot have the keys cannot tell good tokens from forged ones, and refuses all',
    mend: 'the authorization server must publish its public keys where the metadata says (jwks_uri), for the resource server to reach',
    reference: 'RFC 8414 §2; RFC 9068 §4',
  });
}
