import type { FastifyReply } from 'fastify';
import type { OAuthError } from '../oauth-error.ts';

/** Where an authorization response goes, and what ties it to its request. */
export interface ResponseTarget {
  redirectUri: string;
  state: string | undefined;
  /** The issuer identifier, in every response, so that a client can tell servers apart (RFC 9207 §2). */
  issuer: string;
}

/** The authorization response with a code (RFC 6749 §4.1.2). */
export function redirectWithCode(reply: FastifyReply, target: ResponseTarget, code: string): FastifyReply {
  return redirect(reply, target, { code });
}

/** The authorization response with an error (RFC 6749 §4.1.2.1). */
export function redirectWithError(reply: FastifyReply, target: ResponseTarget, error: OAuthError): FastifyReply {
  return redirect(reply, target, { error: error.code, error_description: error.description });
}

/** 303: the browser goes on with GET, and never sends a form with a password on to the client, as 307 would (RFC 9700 §4.12). */
function redirect(reply: FastifyReply, target: ResponseTarget, parameters: Record<string, string>): FastifyReply {
  const all = new URLSearchParams({ ...parameters, ...(target.state !== undefined && { state: target.state }), iss: target.issuer });
  // The registered URI stays as it is, letter by letter: parsing and writing it again could change it. Its own query is kept (RFC 6749 §3.1.2).
  const separator = !target.redirectUri.includes('?') ? '?' : /[?&]$/.test(target.redirectUri) ? '' : '&';
  return reply.header('cache-control', 'no-store').redirect(`${target.redirectUri}${separator}${all.toString()}`, 303);
}
