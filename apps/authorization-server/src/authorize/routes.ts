import { authorizationServerRoutes } from '@rolecall/contracts/routes';
import { type Parameters, queryParameters } from '@rolecall/service-kit/parameters';
import type { Clock } from '@rolecall/storage/clock';
import { StoreUnavailableError } from '@rolecall/storage/store-unavailable-error';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AuditLog } from '../audit/audit-log.ts';
import { OAuthError } from '../oauth-error.ts';
import { PageError } from '../page-error.ts';
import { formOf, parameter } from '../parameters.ts';
import { randomToken } from '../random.ts';
import { deviceOf } from '../sessions/device.ts';
import { thisSession } from '../sessions/user-sessions.ts';
import type { Client, ClientStore, ConsentedScopes, ConsentStore, ResourceStore, UserStore } from '../stores/types.ts';
import type { AuthorizationCodes } from './authorization-code.ts';
import { type AuthorizationRequest, checkAuthorizationRequest } from './authorization-request.ts';
import { whoIsLoggedIn } from './logged-in.ts';
import { decidedBefore, type NextStep, nextStep } from './next-step.ts';
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
  users: UserStore;
  codes: AuthorizationCodes;
  pendingRequests: PendingRequests;
  audit: AuditLog;
}

/** What a browser and a proxy take without complaint. */
const MAXIMUM_QUERY_LENGTH = 8_000;

/** The authorization endpoint (RFC 6749 §3.1, §4.1.1): `GET` and `POST /authorize`, and `GET /authorize/:id`, where login and consent come back to. */
export function registerAuthorizeRoutes(app: FastifyInstance, options: AuthorizeOptions): void {
  const { issuer, clock, clients, pendingRequests } = options;

  // Another site's form does not bring this server's cookie (SameSite=Lax); the GET that it is turned into does (OpenID Connect Core §3.1.2.1).
  app.post(authorizationServerRoutes.authorize, { config: { errors: 'page', limit: 'authorize' } }, async (request, reply) => {
    const query = new URLSearchParams(
      Object.entries(formOf(request.body)).flatMap(([name, values]) => values.map((value): [string, string] => [name, value])),
    );
    if (query.toString().length > MAXIMUM_QUERY_LENGTH)
      throw new PageError('This request is too long', 'The application that sent you here asks for too much at once.');
    return reply
      .header('cache-control', 'no-store')
      .redirect(`${options.basePath}${authorizationServerRoutes.authorize}?${query.toString()}`, 303);
  });

  // Whoever only looks (HEAD) must be given no code, nor use a request up.
  const get = { config: { errors: 'page', limit: 'authorize' }, exposeHeadRoute: false } as const;

  app.get(authorizationServerRoutes.authorize, get, async (request, reply) => {
    const parameters = queryParameters(request.url);
    const recipient = await identifyRecipient(parameters, clients);
    const target = { issuer, redirectUri: recipient.redirectUri, state: stateOf(parameters) };
    const trusts = () => mayBeTold(request, recipient.client);
    return answerByRedirect(request, reply, target, trusts, async () => {
      const checked = checkAuthorizationRequest(parameters, recipient, await options.resources.list());
      return proceed(request, reply, recipient.client, { request: checked, createdAt: clock.now() });
    });
  });

  app.get<{ Params: { id: string } }>(`${authorizationServerRoutes.authorize}/:id`, get, async (request, reply) => {
    const { id } = request.params;
    const pending = await pendingRequests.get(id, request.session.browser);
    const { redirectUri, state, clientId } = pending.request;
    const trusts = async () => mayBeTold(request, await clients.find(clientId));
    return answerByRedirect(request, reply, { issuer, redirectUri, state }, trusts, async () => {
      const client = await clients.find(clientId);
      if (client === undefined || client.disabled)
        throw new PageError('This application is gone', 'It is no longer registered at this server.');
      return proceed(request, reply, client, pending, id);
    });
  });

  /**
   * May this client be told of an error by redirect? One that nobody vouches for only when the user is logged in: otherwise whoever registers a client
   * could have this server send anybody anywhere, at once and unseen (RFC 9700 §4.11.2, OAuth 2.1 §7.13.2).
   */
  async function mayBeTold(request: FastifyRequest, client: Client | undefined): Promise<boolean> {
    return client?.verified === true || (await whoIsLoggedIn(request, options.users)) !== undefined;
  }

  /** Takes the next step. `id` is there when the request is already kept. */
  async function proceed(
    request: FastifyRequest,
    reply: FastifyReply,
    client: Client,
    pending: Omit<PendingRequest, 'browser'>,
    id?: string,
  ): Promise<FastifyReply> {
    const user = await whoIsLoggedIn(request, options.users);
    const decided = (consented: ReadonlyMap<string, ConsentedScopes>) => decidedBefore(pending.request, consented) !== undefined;
    const consented =
      user === undefined ? new Map<string, ConsentedScopes>() : await options.consents.find(user.userId, client.id, decided);
    const step = nextStep({ ...pending, ...(id !== undefined && { id }) }, client, user, consented);
    switch (step.kind) {
      case 'login':
      case 'consent': {
        if (request.session.browser === undefined) {
          request.session.browser = randomToken('');
          // Made now, so that two windows that are opened next have one and the same.
          reply.generateCsrf();
        }
        const kept = id ?? (await pendingRequests.add({ ...pending, browser: request.session.browser }));
        // Before the answer is written: it may still turn out that the session cannot be kept.
        await request.session.save();
        return reply.header('cache-control', 'no-store').redirect(`${options.basePath}/${step.kind}?request=${kept}`, 303);
      }
      case 'error':
      case 'issue': {
        if (id !== undefined && !(await pendingRequests.finish(id)))
          throw new PageError('This request has been answered already', 'Go back to the application and start again.', { status: 403 });
        if (step.kind === 'error') throw new OAuthError(step.code, step.description);
        return redirectWithCode(reply, targetOf(pending.request), await issueCode(request, pending.request, step));
      }
    }
  }

  async function issueCode(
    request: FastifyRequest,
    { clientId, redirectUri, codeChallenge }: AuthorizationRequest,
    { user, granted }: Extract<NextStep, { kind: 'issue' }>,
  ): Promise<string> {
    const grant = {
      id: randomToken(''),
      userId: user.userId,
      clientId,
      granted,
      authTime: Math.floor(user.authenticatedAt / 1000),
      sessionId: thisSession(request),
      ...deviceOf(request),
    };
    const code = await options.codes.issue({ grant, redirectUri, ...(codeChallenge !== undefined && { codeChallenge }) });
    options.audit.record(request, { type: 'code_issued', clientId, userId: grant.userId, grant: grant.id, granted });
    return code;
  }

  function targetOf({ redirectUri, state }: AuthorizationRequest): ResponseTarget {
    return { issuer, redirectUri, state };
  }
}

/** A state that was sent twice cannot be sent back: there is no telling which one the client would look for. */
function stateOf(parameters: Parameters): string | undefined {
  return parameters['state']?.length === 1 ? parameter(parameters, 'state') : undefined;
}

/** Once the recipient is known, it is told of every failure, those of this server included (RFC 6749 §4.1.2.1), if it may be. */
async function answerByRedirect(
  request: FastifyRequest,
  reply: FastifyReply,
  target: ResponseTarget,
  trusts: () => Promise<boolean>,
  work: () => Promise<FastifyReply>,
): Promise<FastifyReply> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PageError || !(await trusts().catch(() => false))) throw error;
    if (error instanceof OAuthError) {
      request.log.info({ error: error.code, cause: error.message }, 'authorization refused');
      return redirectWithError(reply, target, error);
    }
    request.log.error({ err: error }, 'authorization failed');
    const code = error instanceof StoreUnavailableError ? 'temporarily_unavailable' : 'server_error';
    return redirectWithError(reply, target, new OAuthError(code, 'The authorization server could not do its work.'));
  }
}
