import { hash } from 'node:crypto';
import { type AuthorizationResponse, readAuthorizationResponse } from '../../src/callback/authorization-response.ts';
import type { Attempt } from '../../src/sign-in/attempt.ts';
import { ISSUER, RESOURCE, SCOPE } from './addresses.ts';
import { clock, metadata } from './parties.ts';
import { sampleClient } from './sample-client.ts';

/** An attempt as the client makes it, but always the same. */
export const attempt: Attempt = {
  state: 'a-state-that-is-always-the-same',
  codeVerifier: 'a-verifier-that-is-always-the-same-and-long-enough',
  issuer: ISSUER,
  clientId: sampleClient.clientId,
  resource: RESOURCE,
  scope: SCOPE,
  tries: {},
  startedAt: clock.now(),
};

/** What is sent ahead of its verifier (RFC 7636 §4.2). */
export const CHALLENGE = hash('sha256', attempt.codeVerifier, 'base64url');

/** What the client makes of the parameters with which a browser comes back. */
export function answerOf(parameters: Record<string, string>): AuthorizationResponse {
  const all = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, [value]]));
  return readAuthorizationResponse(metadata, attempt.clientId, all, attempt.state);
}
