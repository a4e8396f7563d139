import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { type AccessToken, createGuard, type DetailRequirement, type GuardOptions, type Requirement } from './guard.ts';
import { reasonOf } from './log.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * An `onRequest` hook for a route: lets only requests with a valid access token and all of these scopes in, before their body is read.
     *
     * @param login how, and how long ago, the user has to have authenticated, where that matters (RFC 9470).
     */
    requireScopes(scopes: string | readonly string[], login?: Pick<Requirement, 'maxAge' | 'acrValues'>): GuardHook;
    /**
     * A `preHandler` hook for a route that `requireScopes` guards: lets only requests in which the token's authorization details cover (RFC 9396).
     *
     * @param needed what they have to allow, or how that follows from the request, its body included.
     */
    requireDetail(needed: DetailRequirement | ((request: FastifyRequest) => DetailRequirement)): GuardHook;
  }
  interface FastifyRequest {
    /** The token that this request was let in with. Null where no guard has looked at it. */
    accessToken: AccessToken;
  }
}

/** Answers by itself whom it does not let in. */
export type GuardHook = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>;

export type ResourceGuardOptions = Omit<GuardOptions, 'log'>;

const METADATA_CACHE_SECONDS = 300;

/**
 * Makes a Fastify application an OAuth 2 resource server: `app.requireScopes()`, `request.accessToken`, and the resource's metadata at its address (RFC 9728).
 */
export const resourceGuard = fp(
  async (app: FastifyInstance, options: ResourceGuardOptions) => {
    // A resource's metadata has its place at the root (RFC 9728 §3.1), and challenges name it there.
    if (app.prefix !== '') throw new Error(`the guard of ${options.resource} has to be registered where there is no prefix`);
    const guard = createGuard({ ...options, log: app.log });

    const refuse = (error: unknown, requirement: Requirement, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
      const refusal = guard.refusal(error, requirement);
      if (refusal === undefined) throw error;
      request.log.info({ refused: refusal.body.error ?? 'no credentials', cause: reasonOf(error) }, refusal.body.error_description);
      return reply.code(refusal.status).headers(refusal.headers).send(refusal.body);
    };

    if (!app.hasRequestDecorator('accessToken')) app.decorateRequest('accessToken', null as never);
    app.decorate(
      'requireScopes',
      (scopes: string | readonly string[], login: Pick<Requirement, 'maxAge' | 'acrValues'> = {}): GuardHook => {
        const requirement: Requirement = { ...login, scopes: [scopes].flat() };
        return async (request, reply) => {
          try {
            request.accessToken = await guard.authorize(request.raw, requirement);
          } catch (error) {
            return refuse(error, requirement, request, reply);
          }
          // A handler may say otherwise.
          reply.headers(guard.headers(request.accessToken));
          return undefined;
        };
      },
    );
    app.decorate(
      'requireDetail',
      (needed: DetailRequirement | ((request: FastifyRequest) => DetailRequirement)): GuardHook =>
        async (request, reply) => {
          try {
            guard.requireDetail(request.accessToken, typeof needed === 'function' ? needed(request) : needed);
          } catch (error) {
            return refuse(error, { scopes: [] }, request, reply);
          }
          return undefined;
        },
    );
    app.get(guard.metadata.path, async (_request, reply) =>
      reply.header('cache-control', `public, max-age=${METADATA_CACHE_SECONDS}`).send(await guard.metadata.document()),
    );
  },
  { name: '@rolecall/resource-guard', fastify: '5.x' },
);
