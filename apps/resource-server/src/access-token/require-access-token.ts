import { extractToken } from '@rolecall/contracts/bearer/credentials';
import { BearerError } from '@rolecall/contracts/bearer/error';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AccessToken } from './verify.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** All scopes that a route needs. A route behind {@link requireAccessToken} has to say so. */
    scopes?: readonly string[];
  }
  interface FastifyRequest {
    /** The token that this request was let in with. */
    accessToken: AccessToken;
  }
}

/**
 * Lets only requests with a valid access token and the route's scopes into the routes of `api`.
 * Every request is judged anew, before its body is read.
 */
export function requireAccessToken(api: FastifyInstance, verify: (token: string) => Promise<AccessToken>): void {
  api.decorateRequest('accessToken', null as never);
  api.addHook('onRoute', (route) => {
    if (route.config?.scopes === undefined) throw new Error(`${String(route.method)} ${route.url} names no scopes`);
  });
  api.addHook('onRequest', async (request) => {
    request.accessToken = await verify(extractToken(request.raw));
    requireScopes(request);
  });
}

function requireScopes({ accessToken, routeOptions }: FastifyRequest): void {
  const missing = (routeOptions.config.scopes ?? []).some((scope) => !accessToken.scopes.has(scope));
  if (missing) throw new BearerError('insufficient_scope', 'the access token lacks a scope that this needs');
}
