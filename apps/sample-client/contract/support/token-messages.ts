import type { Expectation } from '@rolecall/contract-testing/define-pact';
import { integer, regex } from '@rolecall/contract-testing/matchers';
import { expect } from 'vitest';
import { TokenRefusedError } from '../../src/token/refused.ts';
import { SCOPE } from './addresses.ts';

const FORM = 'application/x-www-form-urlencoded';
const noStore = { 'cache-control': 'no-store' };

/** A form, as the client's library sends it. */
export function formRequest(path: string, body: Record<string, unknown>, authorization?: string): Expectation['withRequest'] {
  return {
    method: 'POST',
    path,
    contentType: FORM,
    headers: {
      'content-type': `${FORM};charset=UTF-8`,
      ...(authorization !== undefined && { authorization }),
    },
    body,
  };
}

/** A token request. */
export const tokenRequest = (body: Record<string, unknown>, authorization?: string) => formRequest('/token', body, authorization);

/** A token response (RFC 6749 §5.1), with what a grant answers besides. */
export const granted = (more: Record<string, unknown> = {}): Expectation['willRespondWith'] => ({
  status: 200,
  headers: noStore,
  body: {
    access_token: regex('^[\\x21-\\x7e]{20,}$', 'an-access-token-that-is-an-example'),
    // RFC 6749 §5.1: in any letter case.
    token_type: regex('^[Bb]earer$', 'Bearer'),
    expires_in: integer(600),
    scope: SCOPE,
    ...more,
  },
});

/** A token endpoint's refusal (RFC 6749 §5.2): the client knows them by their codes. */
export const refused = (status: 400 | 401, error: string): Expectation['willRespondWith'] => ({
  status,
  headers: noStore,
  body: { error },
});

/** The refusal of what was tried in the Authorization header: the answer says which schemes there are. */
export const refusedBasic: Expectation['willRespondWith'] = {
  status: 401,
  headers: { ...noStore, 'www-authenticate': regex('^Basic .*$', 'Basic realm="authorization server"') },
  body: { error: 'invalid_client' },
};

/** Expects that the client takes a refusal for what it is. */
export async function expectRefusal(request: Promise<unknown>, error: string): Promise<void> {
  const refusal: unknown = await request.catch((reason: unknown) => reason);
  expect(refusal).toBeInstanceOf(TokenRefusedError);
  expect((refusal as TokenRefusedError).refusal.error).toBe(error);
}
