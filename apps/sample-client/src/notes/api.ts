import type { Clock } from '@rolecall/storage/clock';
import * as oauth from 'oauth4webapi';
import type * as z from 'zod';
import type { Access } from '../access/access.ts';
import { type Proofs, withNonce } from '../dpop/proofs.ts';
import type { OutboundFetch } from '../outbound-fetch.ts';
import { PeerError } from '../peer-error.ts';
import type { Draft } from '../session.ts';
import { type Challenge, challengeOf } from './challenge.ts';
import { apiError, type NotePage, notePage } from './payload.ts';

export type Answer<Value> =
  | { kind: 'done'; value: Value }
  /** The API does not want what it was sent. `reason` is in its words. */
  | { kind: 'refused'; status: number; reason: string }
  /** The API wants another token. */
  | { kind: 'challenged'; challenge: Challenge };

/** The notes of the user who gave access. Every function throws PeerError when the API cannot be reached or its answer cannot be used. */
export interface NotesApi {
  list(access: Access, cursor: string | undefined): Promise<Answer<NotePage>>;
  add(access: Access, draft: Draft): Promise<Answer<void>>;
  remove(access: Access, id: string): Promise<Answer<void>>;
}

interface ApiOptions {
  resource: string;
  outboundFetch: OutboundFetch;
  clock: Clock;
  proofs: Proofs;
}

/** The API under a resource identifier. The token goes there and nowhere else, in the Authorization header only (RFC 6750 §2.1). */
export function createNotesApi(options: ApiOptions): NotesApi {
  const base = options.resource.replace(/\/$/, '');

  const call = async (access: Access, method: string, path: string, body?: Draft): Promise<Answer<Response>> => {
    // What is known to be expired need not be sent.
    if (access.expiresAt !== undefined && access.expiresAt <= options.clock.now())
      return { kind: 'challenged', challenge: { error: 'invalid_token' } };
    const { response, challenges } = await send(options, access, method, new URL(base + path), body);
    if (response.ok) return { kind: 'done', value: response };
    const challenge = challengeOf(response.status, challenges, access.dpopKey === undefined ? 'bearer' : 'dpop');
    if (challenge !== undefined) return { kind: 'challenged', challenge };
    if (response.status >= 400 && response.status < 500)
      return { kind: 'refused', status: response.status, reason: await reasonOf(response) };
    throw new PeerError('API', `it answered with status ${response.status}`);
  };

  return {
    list: async (access, cursor) => {
      const query = cursor === undefined ? '' : `?${new URLSearchParams({ cursor })}`;
      const answer = await call(access, 'GET', `/notes${query}`);
      return answer.kind === 'done' ? { kind: 'done', value: await readBody(answer.value, notePage) } : answer;
    },
    add: async (access, draft) => withoutValue(await call(access, 'POST', '/notes', draft)),
    remove: async (access, id) => withoutValue(await call(access, 'DELETE', `/notes/${encodeURIComponent(id)}`)),
  };
}

const withoutValue = (answer: Answer<Response>): Answer<void> => (answer.kind === 'done' ? { kind: 'done', value: undefined } : answer);

async function send({ outboundFetch, proofs }: ApiOptions, access: Access, method: string, url: URL, body: Draft | undefined) {
  const headers = new Headers({ accept: 'application/json', ...(body !== undefined && { 'content-type': 'application/json' }) });
  try {
    const dpop = access.dpopKey && proofs.by(access.dpopKey);
    const options: oauth.ProtectedResourceRequestOptions = {
      ...(dpop && { DPoP: dpop }),
      [oauth.customFetch]: (address, request) => outboundFetch(address, { ...request, body: request.body as RequestInit['body'] }),
      [oauth.allowInsecureRequests]: true, // outboundFetch decides: on this machine only
    };
    const response = await withNonce(dpop, () =>
      oauth.protectedResourceRequest(access.accessToken, method, url, headers, body && JSON.stringify(body), options),
    );
    return { response, challenges: [] };
  } catch (error) {
    if (error instanceof oauth.WWWAuthenticateChallengeError) return { response: error.response, challenges: error.cause };
    throw PeerError.from('API', error);
  }
}

async function readBody<Schema extends z.ZodType>(response: Response, schema: Schema): Promise<z.infer<Schema>> {
  try {
    return schema.parse(await response.json());
  } catch (error) {
    throw PeerError.from('API', error);
  }
}

async function reasonOf(response: Response): Promise<string> {
  const parsed = apiError.safeParse(await response.json().catch(() => undefined));
  return parsed.success ? parsed.data.error_description : 'it does not say why';
}
