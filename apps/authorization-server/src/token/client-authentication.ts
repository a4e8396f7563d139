import { CLIENT_IDENTIFIER } from '@rolecall/contracts/authorization-request';
import { queryParameters } from '@rolecall/service-kit/parameters';
import type { Clock } from '@rolecall/storage/clock';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AuditLog } from '../audit/audit-log.ts';
import type { LastUsed } from '../clients/last-used.ts';
import { isSecretOf } from '../clients/secrets.ts';
import { OAuthError, tooManyAttempts } from '../oauth-error.ts';
import { formOf, refuseRepeated } from '../parameters.ts';
import { tokenHash } from '../random.ts';
import type { Client, ClientStore } from '../stores/types.ts';
import type { FailureThrottle } from '../throttle/failure-throttle.ts';
import type { CheckAssertion } from './client-assertion.ts';
import { basicRefused, type SentCredentials, sentCredentials } from './client-credentials-sent.ts';

/** The methods that are wired, for the metadata and for registration. */
export const supportedAuthMethods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'] as const;

/** Credentials have no business in a URL, where they are logged (OAuth 2.1 §2.4.1). */
const NEVER_IN_QUERY = ['client_secret', 'client_assertion'];

/** Stands in for a client that is not there, so that its absence takes as long as a wrong secret. */
const NOBODY = { secrets: [{ hash: tokenHash('') }] };

/** Reads the form of the request, too: no parameter that may not repeat is there twice. */
export type AuthenticateClient = (request: FastifyRequest) => Promise<Client>;

declare module 'fastify' {
  interface FastifyRequest {
    /** The answer of {@link oncePerRequest}. */
    authentication: Promise<Client> | undefined;
  }
}

/**
 * Client authentication, the same for every endpoint that needs it (RFC 6749 §2.3, OAuth 2.1 §2.4).
 * An unknown client, a disabled one, a wrong secret, a wrong assertion and a wrong method get one and the same answer.
 *
 * The function throws OAuthError `invalid_client`, `invalid_request` (no form, a repeated parameter, two methods), or 429 after too many failures.
 */
export function createClientAuthentication(options: {
  clients: ClientStore;
  clock: Clock;
  checkAssertion: CheckAssertion;
  throttle: FailureThrottle;
  lastUsed: Pick<LastUsed, 'note'>;
  audit: Pick<AuditLog, 'record' | 'log'>;
}): AuthenticateClient {
  const { clients, clock, throttle, audit } = options;

  return async (request) => {
    const form = formOf(request.body);
    refuseRepeated(form);
    const query = queryParameters(request.url);
    if (NEVER_IN_QUERY.some((name) => name in query))
      throw new OAuthError('invalid_client', 'Client credentials in the URL are not accepted.');
    const sent = sentCredentials(request.headers.authorization, form);
    // A right secret waits, too: if it alone were let through, a refusal would say that a secret is wrong, and guessing could go on as if nothing were limited.
    // It waits only where the wrong ones came from; from anywhere else the client goes on.
    const wait = throttle.retryAfter(sent.clientId, request.address);
    if (wait > 0) throw tooManyAttempts(wait);

    const known = isIdentifier(sent.clientId) ? await clients.find(sent.clientId) : undefined;
    let client = known;
    let problem = await problemWith(client, sent);
    if (known !== undefined && problem !== undefined) {
      // The database has the last word: a secret that was added a moment ago counts. And a known client costs as much as one that is not.
      client = await clients.find(known.id, 'fresh');
      problem = await problemWith(client, sent);
    }
    if (client !== undefined && problem === undefined) {
      options.lastUsed.note(client.id);
      return client;
    }

    // What was sent as client_id may be anything, a secret in the wrong field included: only that of a client is written down.
    const failure = { type: 'client_authentication_failed', method: sent.method, reason: problem ?? 'unknown client' } as const;
    if (known === undefined) audit.log(request, failure);
    else audit.record(request, { ...failure, clientId: known.id });
    const waitFromNow = await throttle.failed(sent.clientId, request.address);
    if (waitFromNow > 0) throw tooManyAttempts(waitFromNow);
    const description = 'The client is unknown or its authentication failed.';
    throw sent.method === 'client_secret_basic' ? basicRefused(description) : new OAuthError('invalid_client', description);
  };

  /**
   * Why it is not this client, for the log; undefined when it is. A secret in the body is open to every client that has one (OAuth 2.1 §2.4.1 makes
   * it the method that all support); otherwise only the registered method counts (RFC 7591 §2).
   */
  async function problemWith(client: Client | undefined, sent: SentCredentials): Promise<string | undefined> {
    const registered = client?.tokenEndpointAuthMethod;
    const matches = 'secret' in sent && isSecretOf(client ?? NOBODY, sent.secret, clock);
    if (client === undefined) return 'unknown client';
    if (client.disabled) return 'the client is disabled';
    switch (sent.method) {
      case 'none':
        return registered === 'none' ? undefined : 'the client did not authenticate';
      case 'private_key_jwt':
        return registered === 'private_key_jwt' ? options.checkAssertion(client, sent.assertion) : 'the client has another method';
      case 'client_secret_basic':
      case 'client_secret_post': {
        const allowed = sent.method === registered || (sent.method === 'client_secret_post' && registered === 'client_secret_basic');
        if (!allowed) return 'the client has another method';
        return matches ? undefined : 'the secret is wrong or has expired';
      }
    }
  }
}

/** The same, but one request is answered once: an assertion may be used once only, and several ask. */
export function oncePerRequest(app: FastifyInstance, authenticate: AuthenticateClient): AuthenticateClient {
  app.decorateRequest('authentication', undefined);
  return (request) => (request.authentication ??= authenticate(request));
}

/** What cannot be a client_id is not looked up. */
export function isIdentifier(text: string): boolean {
  return CLIENT_IDENTIFIER.test(text);
}
