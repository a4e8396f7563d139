import { authorizationServerRoutes } from '@rolecall/contracts/routes';
import { type Parameters, queryParameters } from '@rolecall/service-kit/parameters';
import type { Clock } from '@rolecall/storage/clock';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { OAuthError } from '../oauth-error.ts';
import { PageError } from '../page-error.ts';
import { formOf, parameter } from '../parameters.ts';
import { randomToken } from '../random.ts';
import type { Client, ClientStore, ConsentStore, ResourceStore } from '../stores/types.ts';
import type { AuthorizationCodes } from './authorization-code.ts';
import { type AuthorizationRequest, checkAuthorizationRequest } from './authorization-request.ts';
import { type LoggedIn, nextStep } from './next-step.ts';
import type { PendingRequest, PendingRequests } from './pending-requests.ts';
import { identifyRecipient } from './recipient.ts';
import { redirectWithCode, redirectWithError, type ResponseTarget } from './response.ts';

export interface AuthorizeOptions {
  issuer: string;
  /** The path of the issuer, before every path here. */
  basePath: string;
  clock: Clock;
  clients: ClientStore;
  resources: ResourceStore;
  consents: ConsentStore;
  codes: AuthorizationCodes;
  pendingRequests: PendingRequests;
}

/** The authorization endpoint (RFC 6749 §3.1, §4.1.1): `GET` and `POST /authorize`, and `GET /authorize/:id`, where login and consent come back to. */
export function registerAuthorizeRoutes(app: FastifyInstance, options: AuthorizeOptions): void {
  const { issuer, clock, clients, pendingRequests } = options;

  app.route({
    method: ['GET', 'POST'],
    url: authorizationServerRoutes.authorize,
    config: { errors: 'page' },
    handler: async (request, reply) => {
      const parameters = request.method === 'POST' ? formOf(request.body) : queryParameters(request.url);
      const recipient = await identifyRecipient(parameters, clients);
      const target = { issuer, redirectUri: recipient.redirectUri, state: stateOf(parameters) };
      return answerByRedirect(request, reply, target, async () => {
        const checked = checkAuthorizationRequest(parameters, recipient, await options.resources.list());
        return proceed(request, reply, recipient.client, { request: checked, createdAt: clock.now() });
      });
    },
  });

  app.get<{ Params: { id: string } }>(
    `${authorizationServerRoutes.authorize}/:id`,
    { config: { errors: 'page' } },
    async (request, reply) => {
      const { id } = request.params;
      const pending = await pendingRequests.get(id, request.session.browser);
      const { redirectUri, state, clientId } = pending.request;
      return answerByRedirect(request, reply, { issuer, redirectUri, state }, async () => {
        const client = await clients.find(clientId);
        if (client === undefined || client.disabled)
          throw new PageError('This application is gone', 'It is no longer registered at this server.');
        return proceed(request, reply, client, pending, id);
      });
    },
  );

  /** Takes the next step. `id` is there when the request is already kept. */
  async function proceed(
    request: FastifyRequest,
    reply: FastifyReply,
    client: Client,
    pending: Omit<PendingRequest, 'browser'>,
    id?: string,
  ): Promise<FastifyReply> {
    const user = request.session.user;
    const agreed = user !== undefined && isCovered(pending.request, await options.consents.find(user.userId, client.id));
    const step = nextStep(pending, client, user, agreed);
    switch (step.kind) {
      case 'login':
      case 'consent': {
        request.session.browser ??= randomToken('');
        const kept = id ?? (await pendingRequests.add({ ...pending, browser: request.session.browser }));
        return reply.header('cache-control', 'no-store').redirect(`${options.basePath}/${step.kind}?request=${kept}`, 303);
      }
      case 'error':
      case 'issue': {
        if (id !== undefined && !(await pendingRequests.finish(id)))
          throw new PageError('This request has been answered already', 'Go back to the application and start again.', { status: 403 });
        if (step.kind === 'error') throw new OAuthError(step.code, step.description);
        return redirectWithCode(reply, targetOf(pending.request), await issueCode(pending.request, step.user));
      }
    }
  }

  function issueCode(request: AuthorizationRequest, user: LoggedIn): Promise<string> {
    const { clientId, targets, redirectUri, codeChallenge } = request;
    const scopes = [...new Set(targets.flatMap((target) => target.scopes))];
    const resources = targets.map((target) => target.resource);
    return options.codes.issue({
      grant: { id: randomToken(''), userId: user.userId, clientId, scopes, resources, createdAt: clock.now() },
      redirectUri,
      authTime: Math.floor(user.authenticatedAt / 1000),
      ...(codeChallenge !== undefined && { codeChallenge }),
    });
  }

  function targetOf({ redirectUri, state }: AuthorizationRequest): ResponseTarget {
    return { issuer, redirectUri, state };
  }
}

/** Was all of this agreed to? Each scope at each resource, and each resource at all: consent never stretches (RFC 9700 §2.3). */
function isCovered(request: AuthorizationRequest, consented: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  return request.targets.every(({ resource, scopes }) => {
    const there = consented.get(resource);
    return there !== undefined && scopes.every((scope) => there.has(scope));
  });
}

/** A state that was sent twice cannot be sent back: there is no telling which one the client would look for. */
function stateOf(parameters: Parameters): string | undefined {
  return parameters['state']?.length === 1 ? parameter(parameters, 'state') : undefined;
}

/** Once the recipient is known, it is told of every failure, those of this server included (RFC 6749 §4.1.2.1). */
async function answerByRedirect(
  request: FastifyRequest,
  reply: FastifyReply,
  target: ResponseTarget,
  work: () => Promise<FastifyReply>,
): Promise<FastifyReply> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PageError) throw error;
    if (error instanceof OAuthError) {
      request.log.info({ error: error.code, cause: error.message }, 'authorization refused');
      return redirectWithError(reply, target, error);
    }
    request.log.error({ err: error }, 'authorization failed');
    return redirectWithError(reply, target, new OAuthError('server_error', 'The authorization server could not do its work.'));
  }
}

declare module 'fastify' {
  interface Session {
    /** Ties authorization requests to this browser. Unlike the session's id it stays the same at login. */
    browser?: string;
    user?: LoggedIn;
  }
}
