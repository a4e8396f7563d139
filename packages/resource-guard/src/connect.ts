import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AccessToken, createGuard, type DetailRequirement, type GuardOptions, type Requirement } from './guard.ts';
import { reasonOf } from './log.ts';

/** A request that a guard has looked at. */
export interface GuardedRequest extends IncomingMessage {
  /** The token that it was let in with. */
  accessToken?: AccessToken;
}

/** A step of Express, Connect, or whatever else has such. Node's own requests and responses are all that it needs. */
export type Middleware = (request: GuardedRequest, response: ServerResponse, next: (error?: unknown) => void) => Promise<void>;

export interface ConnectGuard {
  /** Serves the resource's metadata at its address (RFC 9728), to everybody. Goes before all routes, where nothing has taken a part of the path away. */
  metadata: Middleware;
  /**
   * Lets only requests with a valid access token and all of these scopes go on; `request.accessToken` is the token. Answers the others itself.
   *
   * @param login how, and how long ago, the user has to have authenticated, where that matters (RFC 9470).
   */
  requireScopes(scopes: string | readonly string[], login?: Pick<Requirement, 'maxAge' | 'acrValues'>): Middleware;
  /** Goes after `requireScopes`: lets only requests go on that the token's authorization details cover (RFC 9396). */
  requireDetail<Request extends GuardedRequest>(needed: DetailRequirement | ((request: Request) => DetailRequirement)): Middleware;
}

/** The guard of one resource, for Express and its kind. @throws Error where an option is wrong. */
export function connectGuard(options: GuardOptions): ConnectGuard {
  const { log } = options;
  const guard = createGuard(options);

  /** What the check throws is answered here, where it is a refusal; whatever else it throws is for the framework. */
  const step =
    (requirement: Requirement, check: (request: GuardedRequest, response: ServerResponse) => Promise<void>): Middleware =>
    async (request, response, next) => {
      try {
        await check(request, response);
      } catch (error) {
        const refusal = guard.refusal(error, requirement);
        if (refusal === undefined) return next(error);
        // A time-out, perhaps, has answered meanwhile. Node would throw, nobody waits for this step, and so the process would end.
        if (response.headersSent) return;
        log.info({ refused: refusal.body.error ?? 'no credentials', cause: reasonOf(error) }, refusal.body.error_description);
        response.writeHead(refusal.status, { 'content-type': 'application/json', ...refusal.headers }).end(JSON.stringify(refusal.body));
        return;
      }
      next();
    };

  return {
    metadata: async (request, response, next) => {
      const isRead = request.method === 'GET' || request.method === 'HEAD';
      if (!isRead || request.url?.split('?', 1)[0] !== guard.metadata.path) return next();
      let document: string;
      try {
        document = JSON.stringify(await guard.metadata.document());
      } catch (error) {
        return next(error);
      }
      response.writeHead(200, {
        'content-type': 'application/json',
        'cache-control': 'public, max-age=300',
        'access-control-allow-origin': '*',
      });
      response.end(document);
    },
    requireScopes: (scopes, login = {}) => {
      const requirement: Requirement = { ...login, scopes: [scopes].flat() };
      return step(requirement, async (request, response) => {
        const accessToken = await guard.authorize(request, requirement);
        request.accessToken = accessToken;
        // A handler may say otherwise.
        for (const [name, value] of Object.entries(guard.headers(accessToken))) response.setHeader(name, value);
      });
    },
    requireDetail: (needed) =>
      step({ scopes: [] }, async (request) => {
        if (request.accessToken === undefined) throw new Error('requireDetail has to come after requireScopes');
        guard.requireDetail(request.accessToken, typeof needed === 'function' ? needed(request as never) : needed);
      }),
  };
}
