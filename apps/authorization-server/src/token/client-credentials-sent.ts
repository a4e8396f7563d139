import type { Parameters } from '@rolecall/service-kit/parameters';
import { OAuthError } from '../oauth-error.ts';
import { parameter } from '../parameters.ts';

/** How a caller says who it is. */
export interface SentCredentials {
  method: 'client_secret_basic' | 'client_secret_post' | 'none';
  clientId: string;
  /** Absent for `none`. */
  secret?: string;
}

const BASIC = /^Basic ([A-Za-z0-9+/]+={0,2})$/i;

/**
 * Finds the one method of client authentication in a request (RFC 6749 §2.3).
 *
 * @throws OAuthError `invalid_request` for two methods at once, `invalid_client` when there is none or it cannot be read.
 */
export function sentCredentials(authorization: string | undefined, form: Parameters): SentCredentials {
  const bodyId = parameter(form, 'client_id');
  const bodySecret = parameter(form, 'client_secret');
  if (authorization !== undefined) {
    const basic = readBasic(authorization);
    if (bodySecret !== undefined) throw new OAuthError('invalid_request', 'The client used two methods of authentication at once.');
    if (bodyId !== undefined && bodyId !== basic.clientId)
      throw new OAuthError('invalid_request', 'client_id in the body is not the one in the Authorization header.');
    return basic;
  }
  if (bodyId === undefined) throw new OAuthError('invalid_client', 'The client did not say who it is.');
  if (bodySecret === undefined) return { method: 'none', clientId: bodyId };
  return { method: 'client_secret_post', clientId: bodyId, secret: bodySecret };
}

/** Both halves are form-url-encoded before they are joined (RFC 6749 §2.3.1): a secret may hold a colon, a plus or letters beyond ASCII. */
function readBasic(authorization: string): SentCredentials {
  const encoded = BASIC.exec(authorization)?.[1];
  if (encoded === undefined) throw basicRefused('The Authorization header is not well-formed Basic authentication.');
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon === -1) throw basicRefused('The Basic credentials have no colon.');
  try {
    const [clientId, secret] = [pair.slice(0, colon), pair.slice(colon + 1)].map((half) => decodeURIComponent(half.replaceAll('+', ' ')));
    if (!clientId || !secret) throw new Error('empty');
    return { method: 'client_secret_basic', clientId, secret };
  } catch (cause) {
    throw basicRefused('The Basic credentials are not form-url-encoded.', cause);
  }
}

/** A refusal of credentials that came through `Authorization` names the scheme that is expected there (RFC 6749 §5.2). */
export function basicRefused(description: string, cause?: unknown): OAuthError {
  return new OAuthError('invalid_client', description, { cause, headers: { 'www-authenticate': 'Basic realm="token", charset="UTF-8"' } });
}
