import type { FastifyReply, FastifyRequest } from 'fastify';

/** A header that no form and no link can send, and no script of another origin without a preflight, which is not answered here. */
const FRONT_END_HEADER = 'x-front-end';

/**
 * An `onRequest` hook that lets only scripts of this client's own pages in. The session's cookie goes with whatever a browser sends here;
 * this is what tells a call that a page of ours made from one that somebody else's page made it send.
 *
 * @param origin this client's own, as browsers write it.
 */
export function onlyOwnFrontEnd(origin: string) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const { headers } = request;
    const site = headers['sec-fetch-site'];
    const own =
      headers[FRONT_END_HEADER] === '1' && (headers.origin ?? origin) === origin && (site === undefined || site === 'same-origin');
    if (own) return undefined;
    request.log.info({ origin: headers.origin, site }, 'a call that no page of this client made');
    return reply.code(403).send({ error: 'forbidden', error_description: 'only pages of this client may call this' });
  };
}
