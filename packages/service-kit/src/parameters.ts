import formbody from '@fastify/formbody';
import type { FastifyInstance } from 'fastify';

/** The parameters of a query or a form, by name, each with all values that were sent. A null prototype: `__proto__` is a name like any other. */
export type Parameters = Record<string, string[]>;

/** A query or form that is not what `application/x-www-form-urlencoded` allows. */
export class MalformedParametersError extends Error {
  readonly statusCode = 400;
}

/** A body that is compressed or in another character set than UTF-8. */
class UnsupportedEncodingError extends Error {
  readonly statusCode = 415;
}

const MAXIMUM_PARAMETERS = 100;

/**
 * Parses `application/x-www-form-urlencoded` text strictly: what a lenient parser would repair is refused.
 *
 * @throws MalformedParametersError for a broken percent-encoding, bytes that are not UTF-8, a NUL character or more than 100 parameters.
 */
export function parseParameters(text: string): Parameters {
  const parameters: Parameters = Object.create(null);
  if (text === '') return parameters;
  const pairs = text.split('&', MAXIMUM_PARAMETERS + 1);
  if (pairs.length > MAXIMUM_PARAMETERS) throw new MalformedParametersError('there are too many parameters');
  for (const pair of pairs) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    const value = equals === -1 ? '' : decode(pair.slice(equals + 1));
    (parameters[name] ??= []).push(value);
  }
  return parameters;
}

function decode(text: string): string {
  const encoded = text.includes('+') ? text.replaceAll('+', ' ') : text;
  let decoded = encoded;
  if (encoded.includes('%')) {
    try {
      decoded = decodeURIComponent(encoded);
    } catch {
      throw new MalformedParametersError('the parameters are not valid percent-encoded UTF-8');
    }
  }
  // What bytes that are not UTF-8 become when a body is read as text.
  if (encoded.includes('\uFFFD')) throw new MalformedParametersError('the parameters are not valid UTF-8');
  if (decoded.includes('\0')) throw new MalformedParametersError('the parameters contain a NUL character');
  return decoded;
}

/** Makes form bodies, and nothing else, arrive as {@link Parameters} in `request.body`. */
export async function registerForms(app: FastifyInstance, bodyLimit: number): Promise<void> {
  // JSON and plain text, which the framework reads by itself, would arrive in another shape: they are refused instead.
  app.removeAllContentTypeParsers();
  // Compressed, or in another character set, a body would be read as what it is not.
  app.addHook('preParsing', (request, _reply, payload, done) => {
    const { 'content-encoding': encoding = 'identity', 'content-type': type = '' } = request.raw.headers;
    const plain = encoding === 'identity' && (!type.includes(';') || charsetOf(type) === 'utf-8');
    done(plain ? null : new UnsupportedEncodingError('the body must be plain UTF-8'), payload);
  });
  await app.register(formbody, { bodyLimit, parser: parseParameters });
}

function charsetOf(contentType: string): string {
  return (/;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType)?.[1] ?? 'utf-8').toLowerCase();
}

/** The query of a request's URL as {@link Parameters}. */
export function queryParameters(url: string): Parameters {
  const start = url.indexOf('?');
  return start === -1 ? Object.create(null) : parseParameters(url.slice(start + 1));
}
