import type { Arrow } from '../arrow.ts';

const pathOf = ({ request }: Arrow): string => new URL(request.url).pathname;

/** A request for a token, by its grant where that matters. */
export const isTokenRequest =
  (grant?: string) =>
  (arrow: Arrow): boolean =>
    arrow.to === 'authorization-server' &&
    pathOf(arrow).endsWith('/token') &&
    (grant === undefined || new URLSearchParams(arrow.request.body ?? '').get('grant_type') === grant);

/** A token is given back. */
export const isRevocation = (arrow: Arrow): boolean => arrow.to === 'authorization-server' && pathOf(arrow).endsWith('/revoke');

/** The API asks what a token is. */
export const isIntrospection = (arrow: Arrow): boolean => arrow.from === 'resource-server' && pathOf(arrow).endsWith('/introspect');

/** A call of the API with a token. */
export const isApiCall = (arrow: Arrow): boolean =>
  arrow.to === 'resource-server' &&
  !pathOf(arrow).startsWith('/.well-known/') &&
  arrow.request.headers.some(([name]) => name === 'authorization');

/** The browser brings the client an authorization response. */
export const isCallback = (arrow: Arrow): boolean => arrow.to === 'client' && pathOf(arrow).endsWith('/callback');

/** An authorization request, or a page on the way from it. */
export const isAuthorizationRequest = (arrow: Arrow): boolean =>
  arrow.to === 'authorization-server' && /\/auth(orize)?$/.test(pathOf(arrow));

/** The member of a JSON response. Throws where it is not there. */
export function memberOf({ response }: Arrow, name: string): string {
  const value = (JSON.parse(response?.body ?? '{}') as Record<string, unknown>)[name];
  if (typeof value !== 'string') throw new Error(`the response has no ${name}`);
  return value;
}

/** Throws where an exchange did not end with this status, or this error where one is named. */
export function mustEnd(arrow: Arrow, status: number, error?: string): void {
  const said = arrow.response?.status;
  if (said !== status) throw new Error(`status ${status} was expected, and ${arrow.failure ?? `status ${said}`} came`);
  const everything = [arrow.response?.body ?? '', ...(arrow.response?.headers ?? []).map(([, value]) => value)].join('\n');
  if (error !== undefined && !everything.includes(error)) throw new Error(`the error ${error} was expected, and another answer came`);
}
