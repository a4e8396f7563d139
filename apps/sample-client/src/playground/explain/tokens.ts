import type { Arrow } from '../arrow.ts';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';

/** One thing that has to be so for a token to be good. */
export interface Check {
  good: boolean;
  text: string;
}

/** A token that went over the wire, taken apart. */
export interface TokenView {
  /** Where it stood. */
  where: string;
  header?: Record<string, unknown>;
  claims?: JWTPayload;
  /** Empty where nothing can be said: an opaque token is for its issuer alone. */
  checks: Check[];
}

export interface Expectations {
  issuer: string;
  resource: string;
  /** The authorization server's keys. Undefined where they cannot be had. */
  keys: JSONWebKeySet | undefined;
  /** By the clock of the roles, in milliseconds since the epoch. */
  now: number;
}

const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** The tokens of an exchange. A tool to look at them with: the client itself never takes an access token apart (RFC 9068 §6). */
export async function tokensOf(arrow: Arrow, expected: Expectations): Promise<TokenView[]> {
  const views: TokenView[] = [];
  const found = findTokens(arrow);
  for (const [token, { where, access }] of found) {
    if (!JWT.test(token)) {
      views.push({ where, checks: [] });
      continue;
    }
    try {
      const header = decodeProtectedHeader(token) as Record<string, unknown>;
      const claims = decodeJwt(token);
      views.push({ where, header, claims, checks: access ? await checksOf(token, header, claims, expected) : [] });
    } catch {
      views.push({ where, checks: [{ good: false, text: 'This looks like a JWT, but it cannot be decoded.' }] });
    }
  }
  return views;
}

/** Each once, with where it stood first. */
function findTokens({ request, response }: Arrow): Map<string, { where: string; access: boolean }> {
  const found = new Map<string, { where: string; access: boolean }>();
  const add = (token: unknown, where: string, access: boolean): void => {
    if (typeof token === 'string' && token !== '' && !found.has(token)) found.set(token, { where, access });
  };
  for (const [name, value] of request.headers) {
    if (name === 'authorization') add(/^(?:Bearer|DPoP) +(\S+)$/i.exec(value)?.[1], 'Authorization header of the request', true);
    if (name === 'dpop') add(value, 'DPoP header of the request', false);
  }
  const form = new URLSearchParams(request.body?.startsWith('{') ? '' : (request.body ?? ''));
  for (const name of ['token', 'client_assertion', 'refresh_token']) add(form.get(name), `${name} of the request`, name === 'token');
  const answer = parsed(response?.body);
  for (const name of ['access_token', 'refresh_token', 'id_token']) add(answer[name], `${name} of the response`, name === 'access_token');
  return found;
}

function parsed(body: string | undefined): Record<string, unknown> {
  try {
    return { ...(JSON.parse(body ?? '{}') as object) };
  } catch {
    return {};
  }
}

async function checksOf(token: string, header: Record<string, unknown>, claims: JWTPayload, expected: Expectations): Promise<Check[]> {
  const { issuer, resource, keys, now } = expected;
  const seconds = Math.round((claims.exp ?? 0) - now / 1000);
  const audiences = [claims.aud ?? []].flat();
  return [
    {
      good: header['typ'] === 'at+jwt',
      text:
        header['typ'] === 'at+jwt'
          ? 'It is an access token (typ at+jwt).'
          : `Its typ is ${String(header['typ'])}: an access token says at+jwt.`,
    },
    await signatureCheck(token, header, keys),
    {
      good: claims.iss === issuer,
      text:
        claims.iss === issuer
          ? 'It was issued by the expected authorization server (iss).'
          : `Its iss is ${String(claims.iss)}, but ${issuer} was expected.`,
    },
    {
      good: audiences.includes(resource),
      text: audiences.includes(resource)
        ? 'It is for this API (aud).'
        : `Its aud is ${audiences.join(', ') || 'missing'}, but this API is ${resource}.`,
    },
    {
      good: seconds > 0,
      text: seconds > 0 ? `It is good for another ${seconds} s (exp).` : `It expired ${-seconds} s ago (exp).`,
    },
  ];
}

async function signatureCheck(token: string, header: Record<string, unknown>, keys: JSONWebKeySet | undefined): Promise<Check> {
  if (keys === undefined) return { good: false, text: 'Its signature cannot be checked: the key set cannot be had.' };
  try {
    // Its times are another question.
    await jwtVerify(token, createLocalJWKSet(keys), { currentDate: new Date(0) });
    return { good: true, text: 'Its signature is right.' };
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey)
      return { good: false, text: `It names the key ${String(header['kid'])}, which is not in the key set.` };
    if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired)
      return { good: true, text: 'Its signature is right.' };
    return { good: false, text: 'Its signature is wrong.' };
  }
}
