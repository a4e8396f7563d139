import { ASSERTION_TYPE, MAXIMUM_ASSERTION_LENGTH } from '@rolecall/contracts/client-authentication';
import type { Parameters } from '@rolecall/service-kit/parameters';
import { decodeJwt } from 'jose';
import { OAuthError } from '../oauth-error.ts';
import { parameter } from '../parameters.ts';

/** How a caller says who it is. Nothing of it has been checked. */
export type SentCredentials =
  | { method: 'client_secret_basic' | 'client_secret_post'; clientId: string; secret: string }
  | { method: 'private_key_jwt'; clientId: string; assertion: string }
  | { method: 'none'; clientId: string };

const BASIC = /^Basic ([A-Za-z0-9+/]+={0,2})$/i;

/**
 * Finds the one method of client authentication in a request (RFC 6749 §2.3, RFC 7521 §4.2).
 *
 * @throws OAuthError `invalid_request` for two methods at once, `invalid_client` when there is none or it cannot be read.
 */
export function sentCredentials(authorization: string | undefined, form: Parameters): SentCredentials {
  const clientId = parameter(form, 'client_id');
  const secret = parameter(form, 'client_secret');
  const assertion = parameter(form, 'client_assertion');
  const assertionType = parameter(form, 'client_assertion_type');
  const asserts = assertion !== undefined || assertionType !== undefined;
  if (Number(authorization !== undefined) + Number(secret !== undefined) + Number(asserts) > 1)
    throw new OAuthError('invalid_request', 'The client used two methods of authentication at once.');

  if (authorization !== undefined) {
    const basic = readBasic(authorization);
    if (clientId !== undefined && clientId !== basic.clientId)
      throw new OAuthError('invalid_request', 'client_id in the body is not the one in the Authorization header.');
    return basic;
  }
  if (asserts) return readAssertion(assertion, assertionType, clientId);
  if (clientId === undefined) throw new OAuthError('invalid_client', 'The client did not say who it is.');
  return secret === undefined ? { method: 'none', clientId } : { method: 'client_secret_post', clientId, secret };
}

/** Both halves are form-url-encoded before they are joined (RFC 6749 §2.3.1): a secret may hold a colon, a plus or letters beyond ASCII. */
function readBasic(authorization: string): SentCredentials {
  const encoded = BASIC.exec(authorization)?.[1];
  if (encoded === undefined) throw basicRefused('The Authorization header is not well-formed Basic authentication.');
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon === -1) throw basicRefused('The Basic credentials have no colon.');
  try {
    const [clientId, secret] = [decodedHalf(pair.slice(0, colon)), decodedHalf(pair.slice(colon + 1))];
    if (clientId === '' || secret === '') throw new Error('empty');
    return { method: 'client_secret_basic', clientId, secret };
  } catch (cause) {
    throw basicRefused('The Basic credentials are not form-url-encoded.', cause);
  }
}

/** @throws URIError when it is not form-url-encoded. */
function decodedHalf(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  return spaced.includes('%') ? decodeURIComponent(spaced) : spaced;
}

/** A refusal of credentials that came through `Authorization` names the scheme that is expected there (RFC 6749 §5.2). */
export function basicRefused(description: string, cause?: unknown): OAuthError {
  return new OAuthError('invalid_client', description, { cause, headers: { 'www-authenticate': 'Basic realm="token", charset="UTF-8"' } });
}

/** Whose assertion it says it is. `client_id` beside it is optional and must be the same (RFC 7521 §4.2). */
function readAssertion(assertion: string | undefined, type: string | undefined, clientId: string | undefined): SentCredentials {
  if (assertion === undefined || type === undefined)
    throw new OAuthError('invalid_client', 'client_assertion and client_assertion_type come together.');
  if (type !== ASSERTION_TYPE) throw new OAuthError('invalid_client', 'This client_assertion_type is not supported.');
  if (assertion.length > MAXIMUM_ASSERTION_LENGTH) throw new OAuthError('invalid_client', 'The assertion is too long.');
  const subject = subjectOf(assertion);
  if (clientId !== undefined && clientId !== subject)
    throw new OAuthError('invalid_client', 'client_id is not the subject of the assertion.');
  return { method: 'private_key_jwt', clientId: subject, assertion };
}

function subjectOf(assertion: string): string {
  try {
    const { sub } = decodeJwt(assertion);
    if (typeof sub === 'string') return sub;
  } catch (cause) {
    throw new OAuthError('invalid_client', 'The assertion is not a signed JWT.', { cause });
  }
  throw new OAuthError('invalid_client', 'The assertion has no subject.');
}
