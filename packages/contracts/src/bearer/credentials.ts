import { BearerError } from './error.ts';

/** What of a request tells of credentials: Node's own requests have it. */
interface Request {
  rawHeaders: readonly string[];
  url?: string | undefined;
}

/** Exactly one space and a token68 (RFC 6750 §2.1, RFC 9110 §11.4). The scheme in any letter case. */
const CREDENTIALS = /^bearer ([A-Za-z0-9._~+/-]+=*)$/i;
const SCHEME = /^[\w!#$%&'*+.^`|~-]+/;

/** Credentials behind a comma: what some proxies make of two header fields. */
const SECOND_CREDENTIALS = /,\s*(?:bearer|dpop|basic)\s/i;

/**
 * The access token that a request presents.
 *
 * Only the header counts (OAuth 2.1 §5.1). A token in the query is ignored, except beside one in the header: then it is a second method.
 *
 * @throws BearerError without a code where there are no bearer credentials, `invalid_request` where there are two, `invalid_token` where they are malformed.
 */
export function extractToken(request: Request): string {
  const values = authorizationFields(request);
  const [value = ''] = values;
  if (values.length > 1 || SECOND_CREDENTIALS.test(value))
    throw new BearerError('invalid_request', 'the request carries more than one set of credentials');
  if (SCHEME.exec(value)?.[0].toLowerCase() !== 'bearer') throw new BearerError(undefined, 'an access token is needed');
  if (hasTokenInQuery(request.url ?? '')) throw new BearerError('invalid_request', 'the access token was sent in two ways');
  const token = CREDENTIALS.exec(value)?.[1];
  if (token === undefined) throw new BearerError('invalid_token', 'the credentials are malformed');
  return token;
}

/** All Authorization fields as they came: `request.headers` keeps only the first and would hide a second. */
function authorizationFields(request: Request): string[] {
  const fields: string[] = [];
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    if (request.rawHeaders[index]?.toLowerCase() === 'authorization') fields.push(request.rawHeaders[index + 1] ?? '');
  }
  return fields;
}

function hasTokenInQuery(url: string): boolean {
  const start = url.indexOf('?');
  return start !== -1 && new URLSearchParams(url.slice(start)).has('access_token');
}
