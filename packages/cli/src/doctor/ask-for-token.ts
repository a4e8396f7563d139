import { jsonOf, textOf, urlOf } from './documents.ts';
import { isAnswer } from './probe.ts';
import { isPrivate } from './settings.ts';
import type { Subject } from './subject.ts';
import { errorOf } from './try-redirect-uri.ts';

/** A token, or what the server said instead, or why it was not asked. */
export type TokenAnswer = { token: string; at: number } | { refused: string; asked: boolean } | { notAsked: string };

/**
 * Asks for an access token for the API with client credentials (RFC 6749 §4.4, RFC 8707 §2.2). The secret goes to the token endpoint of the very issuer
 * that was named, by https or on this machine, and nowhere else.
 */
export async function askForToken({ settings, probe, metadata }: Subject): Promise<TokenAnswer> {
  const { issuer, resource, credentials } = settings;
  const found = await metadata();
  const document = 'document' in found ? found.document : undefined;
  const endpoint = urlOf(document, 'token_endpoint');
  if (credentials === undefined) return { notAsked: NOBODY };
  if (endpoint === undefined) return { notAsked: 'the metadata names no token_endpoint' };
  if (textOf(document, 'issuer') !== issuer) return { notAsked: 'the metadata is of another issuer: no secret is sent there' };
  if (!isPrivate(endpoint)) return { notAsked: `${endpoint} is not https: no secret is sent there` };
  const answer = await probe(endpoint, {
    method: 'POST',
    headers: { authorization: basic(credentials), accept: 'application/json' },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource }),
  });
  if (!isAnswer(answer)) return { notAsked: `${endpoint}: ${answer.reason}` };
  const body = jsonOf(answer);
  const token = textOf(body, 'access_token');
  if (answer.status === 200 && token !== undefined) return { token, at: answer.at };
  const refused = errorOf(body) ?? `status ${answer.status}`;
  // Somebody else's server need not know a client that ours is seeded with.
  return credentials.asked || !['invalid_client', 'unauthorized_client'].includes(refused)
    ? { refused, asked: credentials.asked }
    : { notAsked: NOBODY };
}

const NOBODY = '--client-id and ROLECALL_CLIENT_SECRET name a client that may ask for a token for itself';

/** Each half is form-encoded (RFC 6749 §2.3.1). */
export function basic({ id, secret }: { id: string; secret: string }): string {
  const encode = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1);
  return `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}`;
}
