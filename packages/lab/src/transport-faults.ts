import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FaultKind, Faults } from './faults.ts';

/** More than any role waits for another. */
const SLOW_MILLISECONDS = 8_000;

/** What can go wrong between any two services. @param path where it does, unless it is said. */
export function transportFaults(path: string): FaultKind[] {
  return [
    { name: 'server-error', title: 'Status 500', description: 'The request is answered with status 500, and nothing is done.', path },
    { name: 'slow', title: 'Slow', description: `The answer takes ${SLOW_MILLISECONDS / 1000} s, longer than anybody waits for it.`, path },
    {
      name: 'dropped-response',
      title: 'Lost response',
      description: 'What was asked for is done, but the connection ends before the answer comes.',
      path,
    },
    { name: 'malformed-json', title: 'Malformed JSON', description: 'The answer ends in the middle.', path },
  ];
}

/** Makes them happen. Comes after the records are begun, so that these show what went wrong. */
export function registerTransportFaults(app: FastifyInstance, faults: Faults): void {
  const ending = new AbortController();
  app.addHook('preClose', async () => ending.abort());
  // A preflight asks on behalf of the request that is meant.
  const happens = (name: string, request: FastifyRequest): boolean =>
    request.exchange !== null && request.method !== 'OPTIONS' && faults.take(name, request.url.split('?', 1)[0]);

  app.addHook('onRequest', async (request, reply) => {
    if (happens('slow', request)) await delay(SLOW_MILLISECONDS, undefined, { signal: ending.signal }).catch(() => {});
    if (happens('server-error', request))
      return reply
        .code(500)
        .header('cache-control', 'no-store')
        .send({ error: 'server_error', error_description: 'a fault that was asked for' });
    return undefined;
  });
  app.addHook('onSend', async (request, reply, payload) => {
    if (happens('dropped-response', request)) {
      reply.raw.destroy();
      return payload;
    }
    if (typeof payload === 'string' && isJson(reply) && happens('malformed-json', request)) {
      reply.removeHeader('content-length');
      return payload.slice(0, Math.ceil(payload.length / 2));
    }
    return payload;
  });
}

function isJson(reply: FastifyReply): boolean {
  return /\bjson\b/.test(String(reply.getHeader('content-type')));
}
