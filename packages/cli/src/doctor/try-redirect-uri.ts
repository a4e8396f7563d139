import { randomBytes } from 'node:crypto';
import { listOf, textOf, urlOf } from './documents.ts';
import type { Answer, NoAnswer } from './probe.ts';
import type { Subject } from './subject.ts';

/** What came of an authorization request, or why none was made. */
export type AuthorizationAnswer = { clientId: string; answer: Answer | NoAnswer } | { notAsked: string };

/**
 * Sends an authorization request (RFC 6749 §4.1.1) with the client's id and its redirect URI, as a browser would in which nobody is logged in.
 * The server shows its login page, or refuses: nothing is issued.
 */
export async function authorizationAnswer({
  settings,
  probe,
  metadata,
  resourceMetadata,
  startPage,
}: Subject): Promise<AuthorizationAnswer> {
  const found = await metadata();
  const { redirectUri, resource, without } = settings;
  const endpoint = 'document' in found ? urlOf(found.document, 'authorization_endpoint') : undefined;
  if (endpoint === undefined) return { notAsked: 'the metadata names no authorization_endpoint' };
  const link = without.has('sample-client') ? undefined : (await startPage()).link?.searchParams;
  const clientId = link?.get('client_id') ?? settings.clientId;
  if (clientId === undefined) return { notAsked: "the client's start page does not say its client_id; --client-id does" };
  const known = await resourceMetadata();
  const scope = link?.get('scope') ?? ('document' in known ? listOf(known.document, 'scopes_supported').join(' ') : '');
  const url = new URL(endpoint);
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    ...(scope && { scope }),
    // Random, and of the right length: nobody has the verifier that fits.
    state: randomBytes(16).toString('base64url'),
    code_challenge: randomBytes(32).toString('base64url'),
    code_challenge_method: 'S256',
    ...(link !== undefined && !link.has('resource') ? {} : { resource }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { clientId, answer: await probe(url.href) };
}

/** The error that an answer names (RFC 6749 §4.1.2.1, §5.2), if it is one. */
export function errorOf(document: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const error = textOf(document, 'error');
  return error !== undefined && /^[\x20\x21\x23-\x5B\x5D-\x7E]{1,100}$/.test(error) ? error : undefined;
}
