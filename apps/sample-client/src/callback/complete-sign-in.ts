import { createHash } from 'node:crypto';
import type { Parameters } from '@rolecall/service-kit/parameters';
import type { ShortLivedStore } from '@rolecall/storage/short-lived-store';
import type { FastifyRequest } from 'fastify';
import type { Access } from '../access/access.ts';
import type { Peers } from '../discovery/peers.ts';
import { PeerError } from '../peer-error.ts';
import { redeemCode } from '../token/code-grant.ts';
import type { TokenEndpoint } from '../token/endpoint.ts';
import { TokenRefusedError } from '../token/refused.ts';
import { ATTEMPT_LIFETIME_SECONDS, type Attempt, takeAttempt } from '../sign-in/attempt.ts';
import { type Refusal, readAuthorizationResponse } from './authorization-response.ts';
import type { OutcomeName } from './outcomes.ts';

export interface CallbackDependencies extends TokenEndpoint {
  redirectUri: string;
  store: ShortLivedStore;
  peers: Peers;
}

export type SignInResult =
  { kind: 'connected'; access: Access; attempt: Attempt } | { kind: 'failed'; outcome: OutcomeName; reason: string; refusal?: Refusal };

/** Takes the browser's answer to one of its attempts to its end. Whatever comes of it, that attempt is used up. */
export async function completeSignIn(
  dependencies: CallbackDependencies,
  request: FastifyRequest,
  parameters: Parameters,
): Promise<SignInResult> {
  const attempt = await useAttempt(dependencies, request, parameters.state);
  if (attempt === undefined) return { kind: 'failed', outcome: 'unknown', reason: 'no attempt of this browser has this state' };
  const { peers, identities } = dependencies;
  try {
    // The configuration, what the API says or the registration may have changed since: what was asked of one server is answered to no other.
    if (attempt.resource !== peers.resource || attempt.issuer !== (await peers.issuer())) return CHANGED_SINCE;
    const authorizationServer = await peers.at(attempt.issuer);
    const { clientId } = await identities.at(authorizationServer);
    if (attempt.clientId !== clientId) return CHANGED_SINCE;
    const response = readAuthorizationResponse(authorizationServer, clientId, parameters, attempt.state);
    if (response.kind === 'untrusted') return { kind: 'failed', outcome: 'untrusted', reason: response.reason };
    if (response.kind === 'error') return refused(response.refusal);
    return { kind: 'connected', attempt, access: await redeemCode(dependencies, authorizationServer, attempt, response.parameters) };
  } catch (error) {
    if (error instanceof TokenRefusedError) return refused(error.refusal);
    if (error instanceof PeerError) return { kind: 'failed', outcome: 'unavailable', reason: error.message };
    throw error;
  }
}

const CHANGED_SINCE: SignInResult = { kind: 'failed', outcome: 'unknown', reason: 'it was asked of another server, or as another client' };

async function useAttempt(
  { store, clock }: CallbackDependencies,
  request: FastifyRequest,
  states: string[] | undefined,
): Promise<Attempt | undefined> {
  const state = states?.[0];
  if (state === undefined || states?.length !== 1) return undefined;
  const { attempt, others } = takeAttempt(request.session.attempts ?? [], state, clock.now());
  if (attempt === undefined) return undefined;
  request.session.attempts = others;
  // Two callbacks at the same time both read the attempt from the session: one of them may go on.
  const mark = createHash('sha256').update(state).digest('base64url');
  return (await store.claim(`state:${mark}`, ATTEMPT_LIFETIME_SECONDS)) ? attempt : undefined;
}

function refused(refusal: Refusal): SignInResult {
  return { kind: 'failed', outcome: refusal.error === 'access_denied' ? 'denied' : 'refused', reason: refusal.error, refusal };
}
