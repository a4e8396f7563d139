import type { Answer } from './load.ts';
import { SCOPE } from './stage.ts';

interface TokenAnswer {
  access_token?: unknown;
  refresh_token?: unknown;
  token_type?: unknown;
  scope?: unknown;
}

/** The access token of a token response; whether it verifies is for the tests. */
export function tokenOf(answer: Answer): string {
  const { access_token: token, token_type: type, scope } = answer.status === 200 ? (JSON.parse(answer.body) as TokenAnswer) : {};
  if (typeof token !== 'string' || token.length < 40 || type !== 'Bearer' || scope !== SCOPE) throw unexpected('token', answer);
  return token;
}

/** The refresh token of a token response. */
export function refreshTokenOf(answer: Answer): string {
  const { refresh_token: token } = JSON.parse(answer.body) as TokenAnswer;
  if (typeof token !== 'string' || token.length < 40) throw unexpected('refresh token', answer);
  return token;
}

/** An answer that is not what it must be. */
export function unexpected(what: string, { status, location, body }: Answer): Error {
  return new Error(`${what}: an unexpected answer: ${status} ${location ?? ''} ${body.slice(0, 300)}`);
}
