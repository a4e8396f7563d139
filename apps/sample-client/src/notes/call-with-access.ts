import type { Access } from '../access/access.ts';
import { isRefreshable, type Renewal } from '../access/renewal.ts';
import type { Answer } from './api.ts';

/**
 * Calls the API with fresh access. When the API refuses the token all the same, it is refreshed and the call made once more (RFC 6750 §3.1): a refused call has done nothing.
 *
 * @returns the answer with the access that got it; undefined when the access has ended.
 * @throws PeerError when the API, or the authorization server that is needed, cannot be reached.
 */
export async function callWithAccess<Value>(
  renewal: Renewal,
  id: string,
  call: (access: Access) => Promise<Answer<Value>>,
): Promise<{ access: Access; answer: Answer<Value> } | undefined> {
  const access = await renewal.current(id);
  if (access === undefined) return undefined;
  const answer = await call(access);
  const isRefused = answer.kind === 'challenged' && answer.challenge.error === 'invalid_token';
  if (!isRefused || !isRefreshable(access)) return { access, answer };
  const replacement = await renewal.replacementOf(id, access);
  return replacement && { access: replacement, answer: await call(replacement) };
}
