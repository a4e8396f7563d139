import { hash } from 'node:crypto';
import type { Clock } from '@rolecall/storage/clock';
import type { ShortLivedStore } from '@rolecall/storage/short-lived-store';
import * as oauth from 'oauth4webapi';
import * as z from 'zod';
import { refusalOf } from '../callback/authorization-response.ts';
import type { AuthorizationServer } from '../discovery/authorization-server.ts';
import { remembered } from '../discovery/remembered.ts';
import type { OutboundFetch } from '../outbound-fetch.ts';
import { PeerError } from '../peer-error.ts';
import { secretMethod, withSecret } from '../token/client-authentication.ts';
import type { ClientIdentity } from './client-identity.ts';
import { clientMetadata } from './metadata.ts';
import { NotRegisteredError } from './not-registered-error.ts';

/** Registration by this client itself (RFC 7591), once for each authorization server. */
export interface DynamicRegistration {
  /** Throws NotRegisteredError when it is refused, PeerError when there is no answer that can be used. */
  at(authorizationServer: AuthorizationServer): Promise<ClientIdentity>;
  forget(identity: ClientIdentity): Promise<void>;
}

/** What is kept of a registration. */
const registration = z.object({
  issuer: z.string(),
  // RFC 6749 appendix A: printable characters.
  client_id: z.string().regex(/^[\x20-\x7e]{1,2000}$/),
  client_secret: z
    .string()
    .regex(/^[\x20-\x7e]{1,2000}$/)
    .optional(),
  token_endpoint_auth_method: z.enum(['client_secret_basic', 'client_secret_post', 'none']),
});
type Registration = z.infer<typeof registration>;

const LIFETIME_SECONDS = 30 * 86_400;
/** A registration that was refused is not asked for again by the next visitor. */
const REFUSAL_SECONDS = 60;

export function createDynamicRegistration(options: {
  baseUrl: string;
  store: ShortLivedStore;
  clock: Clock;
  outboundFetch: OutboundFetch;
}): DynamicRegistration {
  const { baseUrl, store, clock, outboundFetch } = options;
  const keyOf = (issuer: string) => `client:${hash('sha256', JSON.stringify([issuer, baseUrl]), 'base64url')}`;
  /** Visitors at the same time share one registration, and for a while its failure. For one issuer: the one that was asked for last. */
  let underWay: { issuer: string; result: () => Promise<Registration | Error> } | undefined;

  const register = async (authorizationServer: AuthorizationServer): Promise<Registration> => {
    const { registered, lifetimeSeconds } = await requestRegistration(authorizationServer, baseUrl, clock, outboundFetch);
    await store.set(keyOf(authorizationServer.issuer), registered, lifetimeSeconds);
    return registered;
  };

  return {
    at: async (authorizationServer) => {
      const { issuer } = authorizationServer;
      const kept = await store.get<Registration>(keyOf(issuer));
      if (kept !== undefined) return identityOf(kept);
      if (underWay?.issuer !== issuer) {
        const attempt = () => register(authorizationServer).catch((error: Error) => error);
        underWay = { issuer, result: remembered(attempt, REFUSAL_SECONDS, clock) };
      }
      const result = await underWay.result();
      if (result instanceof Error) throw result;
      return identityOf(result);
    },
    forget: async ({ issuer, clientId }) => {
      underWay = undefined;
      const kept = await store.get<Registration>(keyOf(issuer));
      if (kept?.client_id === clientId) await store.delete(keyOf(issuer));
    },
  };
}

function identityOf({ issuer, client_id, client_secret, token_endpoint_auth_method: method }: Registration): ClientIdentity {
  const authentication = method === 'none' || client_secret === undefined ? oauth.None() : withSecret(method, client_secret);
  return { issuer, clientId: client_id, authentication };
}

async function requestRegistration(
  authorizationServer: AuthorizationServer,
  baseUrl: string,
  clock: Clock,
  outboundFetch: OutboundFetch,
): Promise<{ registered: Registration; lifetimeSeconds: number }> {
  const { issuer } = authorizationServer;
  const asked = { ...clientMetadata(baseUrl), token_endpoint_auth_method: secretMethod(authorizationServer) ?? 'none' };
  try {
    const response = await oauth.dynamicClientRegistrationRequest(authorizationServer, asked, {
      [oauth.customFetch]: outboundFetch,
      [oauth.allowInsecureRequests]: true, // outboundFetch decides: on this machine only
    });
    const answer = await oauth.processDynamicClientRegistrationResponse(response);
    // RFC 7591 §3.2.1: the server may have decided otherwise than it was asked.
    const method = answer.token_endpoint_auth_method ?? asked.token_endpoint_auth_method;
    const registered = registration.parse({
      issuer,
      client_id: answer.client_id,
      token_endpoint_auth_method: method,
      ...(method !== 'none' && { client_secret: answer.client_secret }),
    });
    if (method !== 'none' && registered.client_secret === undefined) throw new Error('the registration has no secret');
    const uris = answer.redirect_uris;
    if (Array.isArray(uris) && !uris.includes(`${baseUrl}/callback`)) throw new Error('the registration has another redirect URI');
    const expiresAt = answer.client_secret ? Number(answer.client_secret_expires_at) : 0;
    const left = expiresAt === 0 ? LIFETIME_SECONDS : Math.floor(expiresAt - clock.now() / 1000);
    if (left < 1) throw new Error('the secret has expired already');
    return { registered, lifetimeSeconds: Math.min(left, LIFETIME_SECONDS) };
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError) throw new NotRegisteredError(issuer, refusalOf(error.error, error.error_description));
    if (error instanceof oauth.WWWAuthenticateChallengeError) throw new NotRegisteredError(issuer, { error: 'invalid_token' });
    // What zod says may quote the answer.
    if (error instanceof z.ZodError) throw new PeerError('authorization server', 'the registration cannot be used');
    throw PeerError.from('authorization server', error);
  }
}
