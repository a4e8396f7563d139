import type { FastifyReply, FastifyRequest } from 'fastify';

const THIS_MACHINE = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
const ITS_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * An `onRequest` hook: lets only programs of this machine in. Not a proxy that would bring others, not a name that was made to point here
 * (DNS rebinding), and not a page of another site that a browser of this machine shows.
 */
export async function onlyThisMachine(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  const { headers, socket } = request.raw;
  const forwarded =
    headers['x-forwarded-for'] !== undefined || headers['forwarded'] !== undefined || headers['x-forwarded-host'] !== undefined;
  const host = URL.canParse(`http://${headers.host}`) ? new URL(`http://${headers.host}`).hostname : '';
  const site = headers['sec-fetch-site'];
  const otherSite = site !== undefined && site !== 'none' && site !== 'same-origin';
  if (THIS_MACHINE.has(socket.remoteAddress ?? '') && !forwarded && ITS_NAMES.has(host) && !otherSite && sameOrigin(request))
    return undefined;
  return reply
    .code(403)
    .header('cache-control', 'no-store')
    .send({ error: 'forbidden', error_description: 'only for programs of this machine' });
}

function sameOrigin({ headers, host }: FastifyRequest): boolean {
  return headers.origin === undefined || headers.origin === `http://${host}`;
}
