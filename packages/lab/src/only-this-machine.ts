import { trustedProxies } from '@rolecall/service-kit/trusted-proxies';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';

const THIS_MACHINE = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
/** What a proxy adds, beside `X-Forwarded-*`. */
const FORWARDED = new Set(['forwarded', 'via', 'x-real-ip']);
const ITS_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Makes an `onRequest` hook that lets only programs of this machine in. Not a proxy that would bring others, not a name that was made to point here
 * (DNS rebinding), and not a page of another site that a browser of this machine shows.
 *
 * @param networks from where else requests may come, separated by commas: in a container a request of the machine around it seems to come from a network.
 * @param page the path of a page that shows nothing by itself: links of other sites may lead there.
 */
export function onlyThisMachine(
  networks?: string,
  page?: string,
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined> {
  const isNear = networks === undefined ? () => false : trustedProxies(networks);
  return async (request, reply) => {
    const { headers, socket } = request.raw;
    const address = socket.remoteAddress ?? '';
    const near = THIS_MACHINE.has(address) || isNear(address);
    if (near && !isForwarded(request.raw) && ITS_NAMES.has(hostnameOf(headers.host)) && (isOwnPage(request) || isLinkTo(page, request)))
      return undefined;
    return reply
      .code(403)
      .header('cache-control', 'no-store')
      .send({ error: 'forbidden', error_description: 'only for programs of this machine' });
  };
}

/** Some proxies say nothing of themselves, but speak HTTP/1.0, which no browser and no tool of today does. */
function isForwarded({ headers, httpVersion }: IncomingMessage): boolean {
  return httpVersion === '1.0' || Object.keys(headers).some((name) => name.startsWith('x-forwarded-') || FORWARDED.has(name));
}

function hostnameOf(host = ''): string {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : '';
}

function isOwnPage({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'none' && site !== 'same-origin') return false;
  return headers.origin === undefined || headers.origin === `http://${headers.host}`;
}

/** Somebody has followed a link: the answer is shown to them, and no page can read it. */
function isLinkTo(page: string | undefined, { method, url, headers }: FastifyRequest): boolean {
  const navigates = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return page !== undefined && url === page && method === 'GET' && navigates && headers.origin === undefined;
}
