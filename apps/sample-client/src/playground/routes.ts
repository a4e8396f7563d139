import { fastifySSE } from '@fastify/sse';
import type { Role } from '@rolecall/lab/exchange';
import type { Lab } from '@rolecall/lab/lab';
import { createLabClient } from '@rolecall/lab/lab-client';
import { onlyThisMachine } from '@rolecall/lab/only-this-machine';
import { acceptOnlyJson } from '@rolecall/service-kit/json-body';
import type { FastifyInstance, FastifyReply } from 'fastify';
import * as z from 'zod';
import { registerAssets } from './assets.ts';
import { createDetails, withoutSecrets } from './details.ts';
import { toHar } from './export/har.ts';
import { toMermaid } from './export/mermaid.ts';
import { lessons } from './lessons/index.ts';
import type { Addresses } from './lessons/stage.ts';
import type { RunView } from './messages.ts';
import { createRuns } from './runs.ts';
import { summarize } from './summary.ts';
import { createTraffic } from './traffic.ts';
import { playgroundPage } from './view.ts';

export interface PlaygroundOptions {
  lab: Lab;
  addresses: Addresses;
  /** From where else than this machine it may be used. */
  networks: string | undefined;
}

const ROLES = ['authorization-server', 'resource-server', 'client'] as const satisfies readonly Role[];
/** Where all of it is. */
const PATH = '/playground';
/** As far as the lab lets a clock be moved. */
const MAXIMUM_OFFSET = 3_153_600_000;

const role = z.enum(ROLES);
const trace = z.string().regex(/^[0-9a-f]{32}$/);
const secrets = z.enum(['true', 'false']).default('false');
const newRun = z.strictObject({ lesson: z.string() });
const proceeding = z.strictObject({ all: z.boolean() });
const clockBody = z.strictObject({ offset_seconds: z.number().min(-MAXIMUM_OFFSET).max(MAXIMUM_OFFSET) });
const faultBody = z.strictObject({ role, fault: z.string(), count: z.int().min(1).max(1_000) });
const exportQuery = z.object({ format: z.enum(['har', 'mermaid']), trace: trace.optional(), secrets });

/**
 * The playground: a page on which the roles are seen at work, and what it is made of. For programs and browsers of this machine only, and only where
 * there is a lab.
 */
export async function registerPlayground(app: FastifyInstance, { lab, addresses, networks }: PlaygroundOptions): Promise<void> {
  const origins: Record<Role, string> = {
    'authorization-server': addresses.issuer,
    'resource-server': addresses.resource,
    client: addresses.client,
  };
  const labs = Object.fromEntries(ROLES.map((each) => [each, createLabClient(origins[each])])) as Record<
    Role,
    ReturnType<typeof createLabClient>
  >;
  const traffic = createTraffic(lab, { 'authorization-server': addresses.issuer, 'resource-server': addresses.resource });
  const titles = new Map<string, string>();
  const details = createDetails({ ...addresses, clock: lab.clock, faultTitle: (name) => titles.get(name) ?? name });
  const watchers = new Set<{ send: (event: string, data: object) => void; close: () => void }>();
  const tell = (event: string, data: object): void => {
    for (const watcher of watchers) watcher.send(event, data);
  };
  const latest = new Map<string, RunView>();
  const onChange = (run: RunView): void => {
    latest.set(run.lesson, run);
    tell('run', run);
  };
  const runs = createRuns({ traffic, labs, addresses, onChange });

  /** A role that was started anew since the clock was moved is back at the machine's time: it is moved again. */
  const keepTime = async (role: (typeof labs)[Role]): Promise<void> => {
    const { offset } = lab.clock;
    const known = await role.clock().catch(() => undefined);
    if (known !== undefined && known.offset_seconds !== offset) await role.setClock(offset).catch(() => {});
  };

  /** The clocks and faults of all roles; a role without a lab has none. */
  const labState = async (): Promise<object> => {
    await Promise.all(ROLES.map((each) => keepTime(labs[each])));
    const faults = await Promise.all(
      ROLES.map(async (each) => {
        const known = await labs[each].faults().catch(() => ({ catalogue: [], active: [] }));
        for (const { name, title } of known.catalogue) titles.set(name, title);
        return { role: each, ...known };
      }),
    );
    return { offset_seconds: lab.clock.offset, now: new Date(lab.clock.now()).toISOString(), faults };
  };
  const tellLabState = async (): Promise<object> => {
    const state = await labState();
    tell('lab', state);
    return state;
  };
  // A server without a lab keeps its own time; the others are moved.
  const ofAll = (act: (each: (typeof labs)[Role]) => Promise<void>) => Promise.allSettled(ROLES.map((each) => act(labs[each])));

  app.addHook('preClose', async () => {
    traffic.close();
    for (const watcher of watchers) watcher.close();
  });
  await app.register(
    async (playground) => {
      acceptOnlyJson(playground);
      playground.addHook('onRequest', onlyThisMachine(networks, PATH));
      playground.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'));
      await playground.register(fastifySSE);
      registerAssets(playground);

      playground.get('/', { prefixTrailingSlash: 'no-slash' }, async (_request, reply) => playgroundPage(reply, { lessons, addresses }));

      playground.get('/events', { sse: 'only' }, async (_request, reply) => {
        reply.sse.keepAlive();
        const send = (event: string, data: object): void => {
          if (reply.sse.isConnected) void reply.sse.send({ event, data }).catch(() => {});
        };
        const watcher = { send, close: () => reply.sse.close() };
        watchers.add(watcher);
        // All that is known comes after this, also to a page that has seen an earlier start of the client.
        send('begin', {});
        for (const arrow of traffic.arrows()) send('arrow', summarize(arrow));
        for (const run of latest.values()) send('run', run);
        const unfollow = traffic.follow((arrow) => send('arrow', summarize(arrow)));
        reply.sse.onClose(() => {
          unfollow();
          watchers.delete(watcher);
        });
        // At last, since a role that hangs takes its time: nothing else waits for it, and nothing is missed meanwhile.
        send('lab', await labState());
      });

      playground.get<{ Params: { id: string } }>('/arrows/:id', async (request, reply) => {
        const query = z.object({ secrets }).safeParse(queryOf(request.url));
        const arrow = traffic.find(request.params.id);
        if (!query.success) return refuse(reply, query.error);
        return arrow === undefined ? reply.callNotFound() : details(arrow, query.data.secrets === 'true');
      });
      playground.delete('/arrows', async (_request, reply) => {
        await ofAll((each) => each.forgetExchanges());
        traffic.clear();
        latest.clear();
        tell('clear', {});
        return reply.code(204).send();
      });

      playground.post('/runs', async (request, reply) => {
        const body = newRun.safeParse(request.body);
        if (!body.success) return refuse(reply, body.error);
        const lesson = lessons.find(({ id }) => id === body.data.lesson);
        if (lesson === undefined) return reply.callNotFound();
        return reply.code(201).send(runs.start(lesson));
      });
      playground.post<{ Params: { id: string } }>('/runs/:id/steps', async (request, reply) => {
        const body = proceeding.safeParse(request.body);
        if (!body.success) return refuse(reply, body.error);
        const run = await runs.proceed(request.params.id, body.data.all);
        if (run === undefined) return reply.callNotFound();
        await tellLabState();
        return run;
      });

      playground.get('/lab', labState);
      playground.put('/clock', async (request, reply) => {
        const body = clockBody.safeParse(request.body);
        if (!body.success) return refuse(reply, body.error);
        await ofAll((each) => each.setClock(body.data.offset_seconds));
        return tellLabState();
      });
      playground.put('/faults', async (request, reply) => {
        const body = faultBody.safeParse(request.body);
        if (!body.success) return refuse(reply, body.error);
        const { role: where, fault, count } = body.data;
        const known = await labs[where].faults().catch(() => undefined);
        if (known === undefined)
          return reply.code(503).send({ error: 'temporarily_unavailable', error_description: `the lab of the ${where} cannot be reached` });
        if (!known.catalogue.some(({ name }) => name === fault)) return reply.callNotFound();
        await labs[where].activateFault(fault, { count });
        return tellLabState();
      });
      playground.delete('/faults', async () => {
        await ofAll((each) => each.clearFaults());
        return tellLabState();
      });

      playground.get('/export', async (request, reply) => {
        const query = exportQuery.safeParse(queryOf(request.url));
        if (!query.success) return refuse(reply, query.error);
        const arrows = traffic.arrows(query.data.trace);
        if (query.data.format === 'mermaid') return download(reply, 'rolecall.mmd', 'text/plain; charset=utf-8').send(toMermaid(arrows));
        const shown = query.data.secrets === 'true' ? arrows : arrows.map(withoutSecrets);
        return download(reply, 'rolecall.har', 'application/json; charset=utf-8').send(JSON.stringify(toHar(shown), null, 2));
      });
    },
    { prefix: PATH },
  );
}

function queryOf(url: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(url.split('?')[1]));
}

function download(reply: FastifyReply, name: string, type: string): FastifyReply {
  return reply.type(type).header('content-disposition', `attachment; filename="${name}"`);
}

function refuse(reply: FastifyReply, error: z.ZodError): FastifyReply {
  return reply.code(400).send({ error: 'invalid_request', error_description: z.prettifyError(error) });
}
