import type { Parameters } from '@rolecall/service-kit/parameters';
import type { Clock } from '@rolecall/storage/clock';
import type { FastifyRequest } from 'fastify';
import { isSecretOf } from '../clients/secrets.ts';
import { OAuthError, tooManyAttempts } from '../oauth-error.ts';
import type { Client, ClientStore } from '../stores/types.ts';
import type { FailureThrottle } from '../throttle/failure-throttle.ts';
import { basicRefused, type SentCredentials, sentCredentials } from './client-credentials-sent.ts';

/** The methods that are wired, for the metadata. */
export const supportedAuthMethods = ['client_secret_basic', 'client_secret_post', 'none'] as const;

/** Credentials have no business in a URL, where they are logged (OAuth 2.1 §2.4.1). */
const NEVER_IN_QUERY = ['client_secret', 'client_assertion'];

export type AuthenticateClient = (request: FastifyRequest, query: Parameters, form: Parameters) => Promise<Client>;

/**
 * Client authentication, the same for every endpoint that needs it (RFC 6749 §2.3, OAuth 2.1 §2.4).
 * An unknown client, a disabled one, a wrong secret and a wrong method get one and the same answer.
 *
 * The function throws OAuthError `invalid_client`, `invalid_request` (two methods), or 429 after too many failures.
 */
export function createClientAuthentication(options: { clients: ClientStore; clock: Clock; throttle: FailureThrottle }): AuthenticateClient {
  const { clients, clock, throttle } = options;

  return async (request, query, form) => {
    if (NEVER_IN_QUERY.some((name) => name in query))
      throw new OAuthError('invalid_client', 'Client credentials in the URL are not accepted.');
    const sent = sentCredentials(request.headers.authorization, form);
    const wait = throttle.retryAfter(sent.clientId, request.ip);
    if (wait > 0) throw tooManyAttempts(wait);

    const client = isIdentifier(sent.clientId) ? await clients.find(sent.clientId) : undefined;
    if (client !== undefined && !client.disabled && isAuthentic(client, sent, clock)) return client;

    const waitFromNow = await throttle.failed(sent.clientId, request.ip);
    if (waitFromNow > 0) throw tooManyAttempts(waitFromNow);
    const description = 'The client is unknown or its authentication failed.';
    throw sent.method === 'client_secret_basic' ? basicRefused(description) : new OAuthError('invalid_client', description);
  };
}

/** A client_id is visible ASCII (RFC 6749 appendix A.1): anything else is not looked up. */
export function isIdentifier(text: string): boolean {
  return /^[\x20-\x7e]{1,256}$/.test(text);
}

/**
 * A secret in the body is open to every client that has one (OAuth 2.1 §2.4.1 makes it the method that all support);
 * otherwise only the registered method counts (RFC 7591 §2).
 */
function isAuthentic(client: Client, sent: SentCredentials, clock: Clock): boolean {
  const registered = client.tokenEndpointAuthMethod;
  if (registered === 'none' || sent.secret === undefined) return registered === 'none' && sent.method === 'none';
  if (sent.method !== 'client_secret_post' && sent.method !== registered) return false;
  return isSecretOf(client, sent.secret, clock);
}
