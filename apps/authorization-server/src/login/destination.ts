import type { Parameters } from '@rolecall/service-kit/parameters';
import type { FastifyRequest } from 'fastify';
import type { PendingRequests } from '../authorize/pending-requests.ts';
import { formTargets } from '../authorize/redirect-uri.ts';
import { PageError } from '../page-error.ts';
import { parameter } from '../parameters.ts';
import type { ClientStore } from '../stores/types.ts';

/** Where a person goes on after the login: an authorization request, or a page of this server. */
export interface Destination {
  /** Names it, in the forms and links on the way. */
  parameter: { name: 'request' | 'return_to'; value: string };
  url: string;
  /** Where else the login's form may lead. */
  formTargets: string[];
  /** Only of an authorization request. */
  request?: { id: string; clientId: string; clientName: string; loginHint: string };
}

/** The function throws PageError for a request that is over, and for a page that nobody returns to. */
export type FindDestination = (request: FastifyRequest, parameters: Parameters) => Promise<Destination>;

/** The pages that need somebody to be logged in. A list, not a rule for what is "local": there is nothing to get around (RFC 9700 §4.11). */
const RETURN_PAGES = ['/account', '/account/password'] as const;

export function createDestinations(options: { basePath: string; clients: ClientStore; pendingRequests: PendingRequests }): FindDestination {
  const { basePath, clients, pendingRequests } = options;

  return async (request, parameters) => {
    const id = parameter(parameters, 'request');
    if (id === undefined) {
      const returnTo = parameter(parameters, 'return_to') ?? RETURN_PAGES[0];
      const page = RETURN_PAGES.find((each) => each === returnTo);
      if (page === undefined)
        throw new PageError('This link cannot be trusted', 'It leads to somewhere else after the login. Do not go on.');
      return { parameter: { name: 'return_to', value: page }, url: basePath + page, formTargets: [] };
    }
    const pending = await pendingRequests.get(id, request.session.browser);
    const { clientId, redirectUri, loginHint } = pending.request;
    const client = await clients.find(clientId);
    return {
      parameter: { name: 'request', value: id },
      url: `${basePath}/authorize/${id}`,
      formTargets: formTargets(redirectUri),
      request: { id, clientId, clientName: client?.name ?? 'the application', loginHint: loginHint ?? '' },
    };
  };
}
