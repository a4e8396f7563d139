import type { FastifyInstance } from 'fastify';
import { usableConnection } from '../access/access.ts';
import type { StartSignIn } from '../sign-in/start.ts';
import { homePage } from './view.ts';

/** Adds `GET /`. */
export function registerHome(app: FastifyInstance, options: { issuer: string; resource: string; startSignIn: StartSignIn }): void {
  app.get('/', async (request, reply) => {
    if (usableConnection(request.session, options) !== undefined) return reply.redirect('/notes', 303);
    const authorizationUrl = await options.startSignIn(request);
    return reply.page(homePage({ issuer: options.issuer, resource: options.resource, authorizationUrl }));
  });
}
