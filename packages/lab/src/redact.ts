import { hash } from 'node:crypto';
import type { Exchange } from './exchange.ts';
import { formsOf } from './secret-forms.ts';

/** Members of forms, queries and JSON whose values nobody else may know. */
const SECRET_MEMBERS = new Set([
  'password',
  'new_password',
  'current_password',
  'client_secret',
  'client_assertion',
  'code',
  'code_verifier',
  'device_code',
  'token',
  'access_token',
  'refresh_token',
  'id_token',
  'id_token_hint',
  'logout_token',
  'user_code',
  'subject_token',
  'actor_token',
  'assertion',
  'registration_access_token',
  '_csrf',
]);

const SECRET_HEADERS = new Set(['authorization', 'proxy-authorization', 'dpop', 'cookie', 'set-cookie']);

/** What people think up could be guessed, and the guess checked, by a part of its hash. */
const MADE_BY_PEOPLE = new Set(['password', 'new_password', 'current_password']);

/** Shorter values are words that occur by themselves. */
const MINIMUM_SECRET_LENGTH = 8;

/** What there is to redact in an exchange, whoever recorded it. */
type Redactable = Pick<Exchange, 'request' | 'response' | 'failure'> & Partial<Pick<Exchange, 'log'>>;

/**
 * The same exchange, without the secrets that went over the wire. Each is replaced by four digits of its hash: the same secret is recognised where
 * it comes again, and cannot be used. What is a secret at one place is blotted out wherever else it stands, in whichever encoding.
 */
export function redact<Said extends Redactable>(exchange: Said): Said {
  return redactAmong(exchange, new Map());
}

/** The same where others belong to it. @param secrets those of the others, by what stands for them. Those of this one are added. */
export function redactAmong<Said extends Redactable>(exchange: Said, secrets: Secrets): Said {
  // Only what was said: an exchange has words and numbers of its own, which somebody may have chosen as a secret.
  return { ...exchange, ...withoutAny(secrets, withoutMembers(exchange, secrets)) };
}

/** Adds the secrets of an exchange to others. */
export function collectSecrets(exchange: Redactable, secrets: Secrets): void {
  withoutMembers(exchange, secrets);
}

/** What stands for each secret. */
export type Secrets = Map<string, string>;

/** What is a secret by the name of its member or header is replaced. */
function withoutMembers({ request, response, failure, log }: Redactable, secrets: Secrets): Redactable {
  const blot: Blot = (value, kind) => {
    const blotted = MADE_BY_PEOPLE.has(kind) ? `[${kind}]` : `[${kind} ${hash('sha256', value).slice(0, 4)}]`;
    if (value.length >= MINIMUM_SECRET_LENGTH) secrets.set(value, blotted);
    return blotted;
  };
  return {
    request: { ...redactMessage(request, blot), url: redactUrl(request.url, blot) },
    ...(response && { response: redactMessage(response, blot) }),
    ...(failure !== undefined && { failure }),
    ...(log !== undefined && { log }),
  };
}

/** The same value; in all of its strings, however deep, secrets are replaced by what stands for them. */
export function withoutAny<Value>(secrets: ReadonlyMap<string, string>, value: Value): Value {
  // The longest first: one may be a part of another.
  const all = stringsIn(value).join('\n');
  const forms = [...secrets].flatMap(([secret, blotted]) =>
    formsOf(secret)
      .filter((form) => all.includes(form))
      .map((form): [string, string] => [form, blotted]),
  );
  if (forms.length === 0) return value;
  forms.sort(([a], [b]) => b.length - a.length);
  const clean = (part: unknown): unknown => {
    if (typeof part === 'string') {
      let text = part;
      for (const [secret, blotted] of forms) text = text.replaceAll(secret, () => blotted);
      return text;
    }
    if (Array.isArray(part)) return part.map(clean);
    if (typeof part === 'object' && part !== null)
      return Object.fromEntries(Object.entries(part).map(([name, each]) => [name, clean(each)]));
    return part;
  };
  return clean(value) as Value;
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

/** Puts something in a secret's place; `kind` says in words what it was. */
type Blot = (value: string, kind: string) => string;

function redactMessage<Message extends { headers: [string, string][]; body?: string | undefined }>(message: Message, blot: Blot): Message {
  return {
    ...message,
    headers: message.headers.map(([name, value]): [string, string] => [name, redactHeader(name.toLowerCase(), value, blot)]),
    ...(message.body !== undefined && { body: redactBody(message.body, blot) }),
  };
}

function redactHeader(name: string, value: string, blot: Blot): string {
  if (name === 'location') return redactUrl(value, blot);
  // The page that one came from may have had a code in its address.
  if (name === 'referer') return redactUrl(value, blot);
  if (!SECRET_HEADERS.has(name)) return value;
  if (name.endsWith('authorization')) {
    // Also where the scheme was forgotten.
    const [, scheme = '', credentials = ''] = /^(?:(\S+)\s+)?(\S.*)$/s.exec(value) ?? [];
    return `${scheme} ${blot(credentials, /^basic$/i.test(scheme) ? 'id and secret' : 'access_token')}`.trimStart();
  }
  if (name === 'dpop') return blot(value, 'proof');
  if (name === 'cookie')
    return value
      .split(/;\s*/)
      .map((each) => redactCookie(each, blot))
      .join('; ');
  const [cookie = '', ...attributes] = value.split(';');
  return [redactCookie(cookie, blot), ...attributes].join(';');
}

function redactCookie(cookie: string, blot: Blot): string {
  const [name = '', ...value] = cookie.split('=');
  return value.join('=') === '' ? cookie : `${name}=${blot(value.join('='), 'cookie')}`;
}

function redactUrl(url: string, blot: Blot): string {
  const [, address = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(url) ?? [];
  return address + redactPairs(rest, /([^=&?#]+)=([^&#]+)/g, blot);
}

function redactForm(form: string, blot: Blot): string {
  return redactPairs(form, /([^=&\s]+)=([^&]+)/g, blot);
}

/** The queries of addresses that stand in a text. */
function redactLinks(text: string, blot: Blot): string {
  return redactPairs(text, /([^=&?#;\s"'<>]+)=([^&#\s"'<>]+)/g, blot);
}

function redactPairs(text: string, pairs: RegExp, blot: Blot): string {
  return text.replace(pairs, (pair, name: string, value: string) =>
    isSecret(decoded(name)) ? `${name}=${blot(decoded(value), decoded(name).toLowerCase())}` : pair,
  );
}

function isSecret(name: string): boolean {
  return SECRET_MEMBERS.has(name.toLowerCase());
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/**
 * By what it looks like, and not by what it is said to be: a body that is cut off, or is sent to the wrong place in the wrong form, is just what people
 * look at.
 */
function redactBody(body: string, blot: Blot): string {
  if (/^\s*</.test(body)) return redactPage(body, blot);
  if (!/^\s*[{[]/.test(body)) return redactJwts(redactForm(body, blot), blot);
  const members = body.replace(/"([^"\\]+)"(\s*:\s*)"((?:[^"\\]|\\.)*)"?/g, (all, name: string, colon: string, value: string) =>
    isSecret(name) && value !== '' ? `"${name}"${colon}"${blot(unescaped(value), name.toLowerCase())}"` : all,
  );
  return redactLinks(members, blot);
}

/** Fields of forms (the anti-forgery token, what a form brings on), and links. */
function redactPage(page: string, blot: Blot): string {
  const fields = page.replace(/<input\b[^>]*>?/gi, (tag) => {
    const name = /\bname="([^"]*)"/i.exec(tag)?.[1] ?? '';
    return isSecret(name) ? tag.replace(/(\bvalue=")([^"]+)/i, (_all, before: string, value: string) => before + blot(value, name)) : tag;
  });
  return redactLinks(fields, blot);
}

function redactJwts(text: string, blot: Blot): string {
  return text.replace(/\beyJ[\w-]+\.[\w-]*\.[\w-]*(?:\.[\w-]*){0,2}/g, (token) => blot(token, 'JWT'));
}

/** A string of JSON without its escapes. */
function unescaped(value: string): string {
  try {
    return JSON.parse(`"${value}"`) as string;
  } catch {
    return value;
  }
}
