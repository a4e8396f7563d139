import type { FastifyInstance } from 'fastify';
import { usableConnection } from '../access/access.ts';
import type { Peers } from '../discovery/peers.ts';
import type { StartSignIn } from '../sign-in/start.ts';
import { homePage } from './view.ts';

/** Adds `GET /`. */
export function registerHome(
  app: FastifyInstance,
  { peers, startSignIn, others }: { peers: Peers; startSignIn: StartSignIn; others: { href: string; label: string }[] },
): void {
  app.get('/', async (request, reply) => {
    if ((await usableConnection(request.session, peers)) !== undefined) return reply.redirect('/notes', 303);
    const authorizationUrl = await startSignIn(request);
    return reply.page(homePage({ issuer: await peers.issuer(), resource: peers.resource, authorizationUrl, others }));
  });
}
