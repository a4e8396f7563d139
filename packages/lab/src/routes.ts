import { acceptOnlyJson } from '@rolecall/service-kit/json-body';
import type { FastifyInstance, FastifyReply } from 'fastify';
import * as z from 'zod';
import type { Faults } from './faults.ts';
import type { LabClock } from './lab-clock.ts';
import { onlyThisMachine } from './only-this-machine.ts';
import type { Recorder } from './recorder.ts';
import { redact } from './redact.ts';

/** Where every role has its lab. */
export const LAB_PATH = '/lab';

/** A little less than a request may take. */
const MAXIMUM_WAIT_SECONDS = 10;

/** A hundred years, in seconds. */
const MAXIMUM_OFFSET = 3_153_600_000;

const exchangesQuery = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,15}$/)
    .default('0'),
  wait: z
    .string()
    .regex(/^\d{1,2}$/)
    .default('0'),
  secrets: z.enum(['true', 'false']).default('false'),
});
const clockBody = z.strictObject({ offset_seconds: z.number().min(-MAXIMUM_OFFSET).max(MAXIMUM_OFFSET) });
const faultBody = z.strictObject({ count: z.int().min(1).max(1_000).default(1), path: z.string().startsWith('/').max(200).optional() });

export interface LabRouteOptions {
  recorder: Recorder;
  clock: LabClock;
  faults: Faults;
  /** From where else than this machine it may be used. */
  networks: string | undefined;
}

/**
 * The lab's API, for programs of this machine only:
 *
 * - `GET /lab/exchanges?after=&wait=&secrets=` what was exchanged after a place in the order, waiting so many seconds for it; `DELETE` forgets it
 * - `GET`, `PUT /lab/clock` how many seconds the role's clock is ahead
 * - `GET /lab/faults` the catalogue and what is active; `DELETE` ends all
 * - `PUT`, `DELETE /lab/faults/:name` makes a fault happen so many times, at a path where it is about one
 */
export function registerLabRoutes(app: FastifyInstance, { recorder, clock, faults, networks }: LabRouteOptions): void {
  const ending = new AbortController();
  app.addHook('preClose', async () => ending.abort());
  void app.register(
    async (lab) => {
      acceptOnlyJson(lab);
      lab.addHook('onRequest', onlyThisMachine(networks));
      lab.addHook('onRequest', async (_request, reply) => {
        reply.header('cache-control', 'no-store');
      });

      lab.get('/exchanges', async (request, reply) => {
        const query = exchangesQuery.safeParse(Object.fromEntries(new URLSearchParams(request.url.split('?')[1])));
        if (!query.success) return refuse(reply, query.error);
        const after = Number(query.data.after);
        const wait = Math.min(Number(query.data.wait), MAXIMUM_WAIT_SECONDS) * 1000;
        if (wait > 0) await recorder.waitFor(after, AbortSignal.any([ending.signal, AbortSignal.timeout(wait)]));
        const { exchanges, latest } = recorder.after(after);
        return { exchanges: query.data.secrets === 'true' ? exchanges : exchanges.map(redact), latest };
      });
      lab.delete('/exchanges', async (_request, reply) => {
        recorder.clear();
        return reply.code(204).send();
      });

      lab.get('/clock', async () => ({ offset_seconds: clock.offset, now: new Date(clock.now()).toISOString() }));
      lab.put('/clock', async (request, reply) => {
        const body = clockBody.safeParse(request.body);
        if (!body.success) return refuse(reply, body.error);
        clock.offset = body.data.offset_seconds;
        return { offset_seconds: clock.offset, now: new Date(clock.now()).toISOString() };
      });

      lab.get('/faults', async () => ({ catalogue: faults.catalogue, active: faults.active() }));
      lab.delete('/faults', async (_request, reply) => {
        faults.clear();
        return reply.code(204).send();
      });
      lab.put<{ Params: { name: string } }>('/faults/:name', async (request, reply) => {
        const body = faultBody.safeParse(request.body);
        if (!body.success) return refuse(reply, body.error);
        if (!faults.activate(request.params.name, { count: body.data.count, path: body.data.path }))
          return reply.code(404).send({ error: 'not_found', error_description: 'there is no such fault; GET /lab/faults lists them' });
        return { active: faults.active() };
      });
      lab.delete<{ Params: { name: string } }>('/faults/:name', async (request, reply) => {
        faults.deactivate(request.params.name);
        return reply.code(204).send();
      });
    },
    { prefix: LAB_PATH },
  );
}

function refuse(reply: FastifyReply, error: z.ZodError): FastifyReply {
  return reply.code(400).send({ error: 'invalid_request', error_description: z.prettifyError(error) });
}
