import { extractToken } from '@rolecall/contracts/bearer/credentials';
import { BearerError } from '@rolecall/contracts/bearer/error';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ClientStore } from '../stores/types.ts';
import type { FindToken } from '../token/find-token.ts';
import { type AdminScope, adminScopesOf } from './scopes.ts';

/** Who is asking: a client that acts for itself, and what its token is good for. */
export interface Administrator {
  clientId: string;
  scopes: ReadonlySet<AdminScope>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** One of these scopes is needed. A route behind {@link requireAdministrator} has to say so. */
    anyOfScopes?: readonly AdminScope[];
  }
  interface FastifyRequest {
    administrator: Administrator;
  }
}

/**
 * Lets only requests with a living access token for the administration into the routes of `api`. Every request is judged anew, before its body is read:
 * a token that has been revoked, or whose client is disabled, is refused at once. Cookies do not count, so no other site can make a browser do anything here.
 *
 * The token has to be a client's own. One that a user agreed to would make every user who can log in an administrator.
 */
export function requireAdministrator(
  api: FastifyInstance,
  options: { findToken: FindToken; clients: Pick<ClientStore, 'find'>; resource: string },
): void {
  api.decorateRequest('administrator', null as never);
  api.addHook('onRoute', (route) => {
    if (route.config?.anyOfScopes === undefined) throw new Error(`${String(route.method)} ${route.url} names no scopes`);
  });
  // After the limit on requests.
  api.addHook('preParsing', async (request) => {
    const found = await options.findToken(extractToken(request.raw), { only: 'access_token' });
    if (found?.kind !== 'access_token' || !found.alive)
      throw new BearerError('invalid_token', 'the access token is unknown, expired or revoked');
    const { claims } = found;
    if (claims.aud !== options.resource) throw new BearerError('invalid_token', 'the access token is for another resource');
    if (claims.sub !== claims.client_id)
      throw new BearerError('invalid_token', 'the access token has to be one that a client got for itself');
    // What was taken from the client since counts: a token must not give it back.
    const still = new Set((await options.clients.find(claims.client_id))?.scopes);
    const scopes = adminScopesOf((claims.scope ?? '').split(' ')).filter((scope) => still.has(scope));
    request.administrator = { clientId: claims.client_id, scopes: new Set(scopes) };
    requireScope(request);
  });
}

function requireScope({ administrator, routeOptions }: FastifyRequest): void {
  if ((routeOptions.config.anyOfScopes ?? []).some((scope) => administrator.scopes.has(scope))) return;
  throw new BearerError('insufficient_scope', 'the access token lacks the scope that this needs');
}

/**
 * Nobody hands out more than they have: with `admin:clients` alone one could otherwise make oneself a client with every scope.
 *
 * @param scopes what a client has or is to have.
 * @throws BearerError `insufficient_scope`
 */
export function refuseBeyond(administrator: Administrator, scopes: Iterable<string>): void {
  const beyond = adminScopesOf(scopes).filter((scope) => !administrator.scopes.has(scope));
  if (beyond.length > 0)
    throw new BearerError('insufficient_scope', `only who has ${beyond.join(' ')} may do this to a client that has it`);
}
