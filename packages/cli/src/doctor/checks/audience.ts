import { decodeJwt, decodeProtectedHeader } from 'jose';
import { basic } from '../ask-for-token.ts';
import type { Check } from '../check.ts';
import { differenceOf } from '../difference.ts';
import { type JsonObject, jsonOf, listOf, textOf, urlOf } from '../documents.ts';
import { fits, type Observation, unseen, wrong } from '../finding.ts';
import { isAnswer } from '../probe.ts';
import { isPrivate } from '../settings.ts';
import type { Subject } from '../subject.ts';

/** RFC 9068 §2.2. */
const REQUIRED = ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'];

/** Whether tokens that are asked for the API are for the API. */
export const audience: Check = {
  name: 'audience',
  view: 'authorization server',
  roles: ['authorization-server', 'resource-server'],
  look: async (subject) => {
    const answer = await subject.token();
    if ('notAsked' in answer) return [unseen(answer.notAsked)];
    if ('refused' in answer) return [refused(answer.refused, subject)];
    const token = readJwt(answer.token);
    if (token !== undefined) return judge(token.claims, subject, token.type, REQUIRED);
    const claims = await introspect(answer.token, subject);
    return claims === undefined
      ? [unseen('the token is opaque, and this client may not introspect it')]
      : judge(
          claims,
          subject,
          undefined,
          ['iss', 'aud'].filter((name) => name in claims),
        );
  },
};

function judge(
  claims: JsonObject,
  { settings: { issuer, resource } }: Subject,
  type: string | undefined,
  required: string[],
): Observation[] {
  const observations: Observation[] = [];
  const named = [textOf(claims, 'aud') ?? listOf(claims, 'aud')].flat();
  if (required.includes('aud') && !named.includes(resource))
    observations.push(
      wrong({
        seen: `its aud is ${named.join(', ') || 'missing'}, not ${resource}${named.length === 1 ? `: ${differenceOf(resource, named[0] ?? '')}` : ''}`,
        why: 'a token says which API it is for, so that no API can use it at another one: the API refuses it',
        mend: 'add the API to the authorization server as a resource with this very identifier (Keycloak: an Audience mapper), or set RESOURCE of the resource server and the client to what it issues tokens for',
        reference: 'RFC 9068 §4; RFC 8707 §2; RFC 9700 §2.3',
      }),
    );
  const iss = textOf(claims, 'iss');
  if (required.includes('iss') && iss !== undefined && iss !== issuer)
    observations.push(
      wrong({
        seen: `its iss is ${iss}, not ${issuer}: ${differenceOf(issuer, iss)}`,
        why: 'the API accepts tokens of one issuer, which it compares letter by letter',
        mend: `make the authorization server call itself the same in tokens as in its metadata, or set ISSUER=${iss} for all roles`,
        reference: 'RFC 9068 §4',
      }),
    );
  if (type !== undefined && !/^(application\/)?at\+jwt$/i.test(type))
    observations.push(
      wrong({
        seen: `its typ is ${type || 'missing'}, not at+jwt`,
        why: 'the type keeps other tokens of the same issuer, ID tokens for one, from being taken for access tokens: our resource server takes no others',
        mend: 'let the authorization server issue access tokens of RFC 9068 (Keycloak: "at+jwt" as access token header type)',
        reference: 'RFC 9068 §2.1, §4',
      }),
    );
  const missing = required.filter((name) => !(name in claims) && name !== 'aud');
  if (missing.length > 0)
    observations.push(
      wrong({
        seen: `it has no ${missing.join(', no ')}`,
        why: 'an API that holds to RFC 9068, as ours does, refuses a token that lacks a required claim',
        mend: 'have the authorization server put it in (Keycloak: a mapper for access tokens)',
        reference: 'RFC 9068 §2.2',
      }),
    );
  return observations.length > 0 ? observations : [fits(`a token for ${resource}, of ${issuer}`)];
}

function refused(error: string, { settings: { resource, credentials } }: Subject): Observation {
  const client = credentials?.id ?? '';
  const mends: Record<string, string> = {
    invalid_client: `is ${client} its id, and ROLECALL_CLIENT_SECRET its secret? Does it authenticate with client_secret_basic?`,
    unauthorized_client: `allow ${client} client credentials (Keycloak: service accounts)`,
    invalid_target: `make ${resource} known to the authorization server as a resource (ours: npx rolecall resources create ${resource}, or RESOURCE, which the seeds follow)`,
    invalid_scope: `let ${client} ask for scopes of this API`,
  };
  return wrong({
    seen: `${client} gets no token for ${resource}: ${error}`,
    why: 'without a token for this API nobody can call it',
    mend: mends[error] ?? "look into the authorization server's log",
    reference: 'RFC 6749 §5.2; RFC 8707 §2',
  });
}

/** A JWT that nobody has verified: only for being looked at. */
function readJwt(token: string): { type: string; claims: JsonObject } | undefined {
  try {
    return { type: decodeProtectedHeader(token).typ ?? '', claims: decodeJwt(token) };
  } catch {
    return undefined;
  }
}

/** What the authorization server says of a token to the client that it was issued to (RFC 7662). */
async function introspect(token: string, { metadata, probe, settings: { credentials } }: Subject): Promise<JsonObject | undefined> {
  const found = await metadata();
  const endpoint = 'document' in found ? urlOf(found.document, 'introspection_endpoint') : undefined;
  if (endpoint === undefined || credentials === undefined || !isPrivate(endpoint)) return undefined;
  const body = new URLSearchParams({ token, token_type_hint: 'access_token' });
  const answer = await probe(endpoint, {
    method: 'POST',
    headers: { authorization: basic(credentials), accept: 'application/json' },
    body,
  });
  const claims = isAnswer(answer) && answer.status === 200 ? jsonOf(answer) : undefined;
  return claims?.['active'] === true ? claims : undefined;
}
