import { type Answer, isAnswer, type Probe } from './probe.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** A document at one of its well-known places, or what was wrong at each. */
export type Found = { url: string; document: JsonObject } | { problems: string[]; reachable: boolean };

/** RFC 8414 §3.1: between host and path. */
export function authorizationServerMetadataUrl(issuer: string): string {
  return wellKnown('oauth-authorization-server', issuer);
}

/** OpenID Connect Discovery §4: behind the path. */
export function openIdConfigurationUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
}

/** RFC 9728 §3.1: between host and path. */
export function resourceMetadataUrl(resource: string): string {
  return wellKnown('oauth-protected-resource', resource);
}

function wellKnown(name: string, identifier: string): string {
  const { origin, pathname } = new URL(identifier);
  return `${origin}/.well-known/${name}${pathname.replace(/\/$/, '')}`;
}

/** The first of these places where there is a JSON document. */
export async function findDocument(urls: readonly string[], probe: Probe): Promise<Found> {
  const problems: string[] = [];
  let reachable = false;
  for (const url of urls) {
    const answer = await probe(url);
    if (!isAnswer(answer)) {
      problems.push(`${url}: ${answer.reason}`);
      continue;
    }
    reachable = true;
    const document = jsonOf(answer);
    if (answer.status === 200 && document !== undefined) return { url, document };
    problems.push(`${url}: ${answer.status === 200 ? 'an answer that is no JSON object' : `status ${answer.status}`}`);
  }
  return { problems, reachable };
}

export function jsonOf({ text }: Pick<Answer, 'text'>): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

/** A member that is a text; undefined for whatever else it is. */
export function textOf(document: JsonObject | undefined, name: string): string | undefined {
  const value = document?.[name];
  return typeof value === 'string' ? value : undefined;
}

/** A member that is an address of the web. */
export function urlOf(document: JsonObject | undefined, name: string): string | undefined {
  const text = textOf(document, name);
  return text !== undefined && /^https?:/.test(text) && URL.canParse(text) ? text : undefined;
}

/** A member that is a list of texts; empty for whatever else it is. */
export function listOf(document: JsonObject | undefined, name: string): string[] {
  const value = document?.[name];
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}
