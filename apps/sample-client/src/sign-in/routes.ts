import { queryParameters } from '@rolecall/service-kit/parameters';
import type { FastifyInstance } from 'fastify';
import type { Peers } from '../discovery/peers.ts';
import type { TokenEndpoint } from '../token/endpoint.ts';
import { TokenRefusedError } from '../token/refused.ts';
import { attemptWithMark } from './attempt.ts';
import { authorizationParameters, authorizationUrl } from './authorization-request.ts';
import { pushRequest } from './pushed-request.ts';

export interface PushDependencies extends TokenEndpoint {
  redirectUri: string;
  peers: Peers;
}

/** Where links to the authorization server lead when requests are pushed. */
export const PUSH_PATH = '/connect';

/**
 * Adds `GET /connect`, which pushes the request of one of this browser's attempts and sends the browser on with the reference. It is pushed when the link is
 * followed, and each time anew: a reference lives about as long as it takes to follow it.
 */
export function registerPush(app: FastifyInstance, { redirectUri, peers, ...endpoint }: PushDependencies): void {
  app.get(PUSH_PATH, { exposeHeadRoute: false }, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const [mark, ...more] = queryParameters(request.url).attempt ?? [];
    const attempt = more.length === 0 ? attemptWithMark(request.session.attempts ?? [], mark, endpoint.clock.now()) : undefined;
    if (attempt === undefined) return reply.redirect('/', 303);
    const authorizationServer = await peers.at(attempt.issuer);
    try {
      const parameters = await authorizationParameters(attempt, redirectUri, endpoint.proofs);
      return reply.redirect(authorizationUrl(authorizationServer, await pushRequest(endpoint, authorizationServer, parameters)), 303);
    } catch (error) {
      if (!(error instanceof TokenRefusedError)) throw error;
      request.log.info({ refusal: error.refusal.error }, 'the authorization server does not take the pushed request');
      request.session.refusal = error.refusal;
      return reply.redirect('/sign-in/refused', 303);
    }
  });
}
