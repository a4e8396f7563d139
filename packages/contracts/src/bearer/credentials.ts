import { type AuthenticationScheme, BearerError } from './error.ts';

/** What of a request tells of credentials: Node's own requests have it. */
interface Request {
  rawHeaders: readonly string[];
  url?: string | undefined;
}

/** An access token, and how it was presented. */
export interface Credentials {
  scheme: AuthenticationScheme;
  token: string;
}

/** Exactly one space and a token68 (RFC 6750 §2.1, RFC 9449 §7.1, RFC 9110 §11.4). */
const TOKEN68 = /^ ([A-Za-z0-9._~+/-]+=*)$/;
const SCHEME = /^[\w!#$%&'*+.^`|~-]+/;

/** In any letter case (RFC 9110 §11.1). */
const SCHEMES: Readonly<Record<string, AuthenticationScheme>> = { bearer: 'Bearer', dpop: 'DPoP' };

/** Credentials behind a comma: what some proxies make of two header fields. */
const SECOND_CREDENTIALS = /,\s*(?:bearer|dpop|basic)\s/i;

/**
 * The access token that a request presents as a bearer token.
 *
 * @throws BearerError as {@link extractCredentials} does.
 */
export function extractToken(request: Request): string {
  return extractCredentials(request, ['Bearer']).token;
}

/**
 * The access token that a request presents.
 *
 * Only the header counts (OAuth 2.1 §5.1). A token in the query is ignored, except beside one in the header: then it is a second method.
 *
 * @param accepted the schemes that are supported. Credentials of any other count as none.
 * @throws BearerError without a code where there are no such credentials, `invalid_request` where there are two, `invalid_token` where they are malformed.
 */
export function extractCredentials(request: Request, accepted: readonly AuthenticationScheme[]): Credentials {
  const values = headerFields(request, 'authorization');
  const [value = ''] = values;
  const written = SCHEME.exec(value)?.[0] ?? '';
  const scheme = accepted.find((each) => each === SCHEMES[written.toLowerCase()]);
  if (values.length > 1 || SECOND_CREDENTIALS.test(value))
    throw new BearerError('invalid_request', 'the request carries more than one set of credentials', { scheme });
  if (scheme === undefined) throw new BearerError(undefined, 'an access token is needed');
  if (hasTokenInQuery(request.url ?? '')) throw new BearerError('invalid_request', 'the access token was sent in two ways', { scheme });
  const token = TOKEN68.exec(value.slice(written.length))?.[1];
  if (token === undefined) throw new BearerError('invalid_token', 'the credentials are malformed', { scheme });
  return { scheme, token };
}

/**
 * All fields of a name as they came: `request.headers` keeps only the first of some, joins others, and would hide a second.
 *
 * @param name in lower case.
 */
export function headerFields({ rawHeaders }: Pick<Request, 'rawHeaders'>, name: string): string[] {
  const fields: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === name) fields.push(rawHeaders[index + 1] ?? '');
  }
  return fields;
}

function hasTokenInQuery(url: string): boolean {
  const start = url.indexOf('?');
  return start !== -1 && new URLSearchParams(url.slice(start)).has('access_token');
}
