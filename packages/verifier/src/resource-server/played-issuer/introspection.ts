import type { IncomingHttpHeaders } from 'node:http';
import type { PlayedIssuer } from './played-issuer.ts';

/** What introspection says of a token: members of an answer (RFC 7662 §2.2). */
export type Said = Record<string, unknown>;

/** A question about a token, as it came. */
export interface IntrospectionQuestion {
  token: string;
  /** With anything that could prove who asks (RFC 7662 §2.1). */
  authenticated: boolean;
  /** Asks for an answer as a JWT (RFC 9701 §4). */
  wantsJwt: boolean;
  /** As whom it asks, where that can be seen: the audience of a JWT. */
  clientId: string | undefined;
}

const INTROSPECTION_JWT = 'application/token-introspection+jwt';
export const INTROSPECTION_TYP = 'token-introspection+jwt';

/** The right answer: what is said of the token, in the form that was asked for. */
export async function introspectionAnswer(
  { issuer, keys, introspection, questions }: PlayedIssuer,
  { headers, body }: { headers: IncomingHttpHeaders; body: string },
): Promise<{ status: number; type?: string; body: string }> {
  const form = new URLSearchParams(body);
  const question: IntrospectionQuestion = {
    token: form.get('token') ?? '',
    authenticated: headers.authorization !== undefined || form.has('client_secret') || form.has('client_assertion'),
    wantsJwt: (headers.accept ?? '').includes(INTROSPECTION_JWT),
    clientId: form.get('client_id') ?? idInBasic(headers.authorization ?? ''),
  };
  questions.push(question);
  const said = introspection.get(question.token) ?? { active: false };
  if (!question.wantsJwt) return { status: 200, body: JSON.stringify(said) };
  const claims = { iss: issuer, aud: question.clientId, iat: Math.floor(Date.now() / 1000), token_introspection: said };
  return { status: 200, type: INTROSPECTION_JWT, body: await keys.sign(claims, { typ: INTROSPECTION_TYP }) };
}

function idInBasic(authorization: string): string | undefined {
  const encoded = /^basic ([\w+/=-]+)$/i.exec(authorization)?.[1];
  const id = encoded && Buffer.from(encoded, 'base64').toString('utf8').split(':', 1)[0];
  return id ? (new URLSearchParams(`id=${id}`).get('id') ?? undefined) : undefined;
}
