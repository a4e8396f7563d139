import { hash } from 'node:crypto';
import type { Exchange } from './exchange.ts';

/** Members of forms, queries and JSON whose values nobody else may know. */
const SECRET_MEMBERS = new Set([
  'password',
  'new_password',
  'client_secret',
  'client_assertion',
  'code',
  'code_verifier',
  'device_code',
  'token',
  'access_token',
  'refresh_token',
  'id_token',
  'subject_token',
  'actor_token',
  'assertion',
  'registration_access_token',
  '_csrf',
]);

const SECRET_HEADERS = new Set(['authorization', 'dpop', 'cookie', 'set-cookie']);

/** Shorter values are words that occur by themselves. */
const MINIMUM_SECRET_LENGTH = 8;

/**
 * The same exchange, without the secrets that went over the wire. Each is replaced by four digits of its hash: the same secret is recognised where
 * it comes again, and cannot be used. What is a secret at one place is blotted out wherever else it stands.
 */
export function redact(exchange: Exchange): Exchange {
  const secrets = new Map<string, string>();
  const blot: Blot = (value, kind) => {
    const blotted = `[${kind} ${hash('sha256', value).slice(0, 4)}]`;
    if (value.length >= MINIMUM_SECRET_LENGTH) secrets.set(value, blotted);
    return blotted;
  };
  const { request, response } = exchange;
  const redacted: Exchange = {
    ...exchange,
    request: { ...redactMessage(request, blot), url: redactUrl(request.url, blot) },
    ...(response && { response: redactMessage(response, blot) }),
  };
  let text = JSON.stringify(redacted);
  for (const [secret, blotted] of secrets) text = text.replaceAll(JSON.stringify(secret).slice(1, -1), blotted);
  return JSON.parse(text) as Exchange;
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
  if (name === 'authorization') {
    const [scheme = '', ...credentials] = value.split(' ');
    return `${scheme} ${blot(credentials.join(' '), scheme === 'Basic' ? 'id and secret' : 'access_token')}`;
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
  const [address = '', query] = url.split('?', 2);
  return query === undefined ? url : `${address}?${redactForm(query, blot)}`;
}

function redactForm(form: string, blot: Blot): string {
  return form
    .split('&')
    .map((pair) => {
      const [name = '', ...value] = pair.split('=');
      const text = value.join('=');
      return SECRET_MEMBERS.has(name.toLowerCase()) && text !== '' ? `${name}=${blot(decoded(text), name)}` : pair;
    })
    .join('&');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function redactBody(body: string, blot: Blot): string {
  const trimmed = body.trimStart();
  if (trimmed.startsWith('{') || trimmed.startsWith('['))
    // Also where the JSON is cut off: by members, not by what can be parsed.
    return body.replace(/"([a-z_]+)"(\s*:\s*)"((?:[^"\\]|\\.)*)"?/gi, (all, name: string, colon: string, value: string) =>
      SECRET_MEMBERS.has(name.toLowerCase()) ? `"${name}"${colon}"${blot(value, name)}"` : all,
    );
  if (trimmed.startsWith('<'))
    // Pages carry the anti-forgery token of their forms.
    return body.replace(/(name="_csrf" value=")([^"]*)/g, (_all, before: string, value: string) => before + blot(value, '_csrf'));
  return /^[^\s<]*=/.test(trimmed) ? redactForm(body, blot) : /^[\w-]+\.[\w-]+\.[\w-]*$/.test(trimmed) ? blot(body, 'JWT') : body;
}
