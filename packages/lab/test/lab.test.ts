import { createApp } from '@rolecall/service-kit/create-app';
import { createLogger } from '@rolecall/service-kit/logger';
import type { FastifyInstance } from 'fastify';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Exchange } from '../src/exchange.ts';
import { createLab, type Lab } from '../src/lab.ts';
import { createLabClient } from '../src/lab-client.ts';

const SECRET = 'a-secret-that-nobody-may-see';
const running: FastifyInstance[] = [];

afterEach(async () => {
  for (const app of running.splice(0).reverse()) await app.close();
});

/** A role of one route, listening on this machine. */
async function start(role: 'client' | 'authorization-server', routes: (app: FastifyInstance, lab: Lab) => void, peers = {}) {
  const lab = createLab({
    role,
    peers,
    usualPath: '/token',
    faults: [{ name: 'own', title: 'Own', description: 'Happens in the role itself.' }],
  });
  const logger = await createLogger({ name: role, level: 'info', format: 'json', destination: { write: () => {} }, also: lab.log });
  const app = await createApp({
    logger,
    https: false,
    errorHandler: (error, request, reply) => {
      request.log.info({ cause: error.message }, 'refused');
      return reply.code(error.statusCode ?? 500).send({ error: 'invalid_request' });
    },
  });
  lab.register(app);
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  routes(app, lab);
  running.push(app);
  const address = (await app.listen({ host: 'localhost', port: 0 })).replace('127.0.0.1', 'localhost').replace('[::1]', 'localhost');
  return { app, lab, address, client: createLabClient(address) };
}

const tokenEndpoint = (app: FastifyInstance): void => {
  app.post('/token', async (request, reply) => {
    request.log.info({ cause: 'the code is of another client' }, 'refused');
    return reply.code(400).header('cache-control', 'no-store').send({ error: 'invalid_grant', seen: request.body });
  });
  app.get('/json', async () => ({ of: 'some length' }));
  app.get('/page', async (_request, reply) => reply.type('text/html').send('<p>all of it</p>'));
};

/** What no client library would send. Answers the status line. */
async function rawRequest(address: string, text: string): Promise<string> {
  const socket = connect(Number(new URL(address).port), 'localhost');
  socket.setEncoding('utf8').end(text);
  let answer = '';
  for await (const chunk of socket) answer += chunk as string;
  return answer.split('\r\n', 1)[0] ?? '';
}

/** The two roles, one of which asks the other whenever it is asked. */
async function startBoth() {
  const server = await start('authorization-server', tokenEndpoint);
  const client = await start(
    'client',
    (app, lab) => {
      app.get('/callback', async () => {
        const response = await lab.fetch(`${server.address}/token`, {
          method: 'POST',
          body: new URLSearchParams({ code: SECRET, state: 'seen' }),
        });
        return { status: response.status, body: await response.json() };
      });
    },
    { 'authorization-server': server.address },
  );
  return { server, client };
}

const settled = async (lab: Lab): Promise<Exchange[]> => {
  await expect.poll(() => lab.recorder.after(0).exchanges.every((each) => each.milliseconds !== undefined)).toBe(true);
  return lab.recorder.after(0).exchanges;
};

describe('the record of exchanges', () => {
  it('joins what one role sends, what the other receives and what made it so, by the trace', async () => {
    const { server, client } = await startBoth();
    const answer = await fetch(`${client.address}/callback?code=${SECRET}`, {
      headers: { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
    });
    expect(await answer.json()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    const [sent, received] = (await settled(client.lab)).sort((a, b) => b.direction.localeCompare(a.direction)) as [Exchange, Exchange];
    const [arrived] = (await settled(server.lab)) as [Exchange];
    expect(received).toMatchObject({ from: 'browser', to: 'client', traceId: 'a'.repeat(32), parentSpanId: 'b'.repeat(16) });
    expect(sent).toMatchObject({
      direction: 'sent',
      from: 'client',
      to: 'authorization-server',
      traceId: 'a'.repeat(32),
      parentSpanId: received.spanId,
    });
    expect(arrived).toMatchObject({ direction: 'received', from: 'client', traceId: 'a'.repeat(32), parentSpanId: sent.spanId });
    expect(sent.response).toMatchObject({ status: 400 });
    expect(sent.response?.body).toBe(arrived.response?.body);
    expect(arrived.response?.headers).toContainEqual(['cache-control', 'no-store']);
    expect(arrived.request.body).toBe(`code=${SECRET}&state=seen`);
    expect(arrived.request.url).toBe(`${server.address}/token`);
  });

  it('has what the role logged meanwhile', async () => {
    const { server } = await startBoth();
    await fetch(`${server.address}/token`, { method: 'POST', body: new URLSearchParams({ code: SECRET }) });
    const [arrived] = (await settled(server.lab)) as [Exchange];
    expect(arrived.log).toEqual([{ level: 30, message: 'refused', details: { cause: 'the code is of another client' } }]);
  });

  it('shows no secret unless it is asked to', async () => {
    const { client, server } = await startBoth();
    await fetch(`${client.address}/callback?code=${SECRET}&state=seen`, {
      headers: {
        authorization: `Bearer ${SECRET}`,
        cookie: `session=${SECRET}`,
        dpop: SECRET,
        referer: `http://localhost/?code=${SECRET}`,
      },
    });
    for (const { lab, address } of [client, server]) {
      await settled(lab);
      const shown = await (await fetch(`${address}/lab/exchanges`)).text();
      expect(shown).not.toContain(SECRET);
      expect(shown).toContain('seen');
      // The same secret is recognised.
      expect(shown).toMatch(/\[code [0-9a-f]{4}\]/);
      expect(await (await fetch(`${address}/lab/exchanges?secrets=true`)).text()).toContain(SECRET);
    }
  });

  it('can be read whatever host or target a request names', async () => {
    const { server } = await startBoth();
    for (const [target, host] of [
      ['/json', '['],
      ['/json', 'two words'],
      ['/json', 'localhost:99999999'],
      ['//', 'localhost'],
      ['http://elsewhere.example/json', 'localhost'],
      ['*', 'localhost'],
    ])
      await rawRequest(server.address, `OPTIONS ${target} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
    await rawRequest(server.address, 'GET /json HTTP/1.0\r\n\r\n');
    const urls = (await settled(server.lab)).map(({ request }) => request.url);
    expect(urls).toHaveLength(7);
    expect(urls.filter((url) => !URL.canParse(url) || new URL(url).hostname === '')).toEqual([]);
  });

  it('shows no body where none was sent', async () => {
    const { server } = await startBoth();
    await fetch(`${server.address}/json`, { method: 'HEAD' });
    const [asked] = (await settled(server.lab)) as [Exchange];
    expect(asked.response).toMatchObject({ status: 200 });
    expect(asked.response).not.toHaveProperty('body');
  });

  it.each<[string, (response: Response) => unknown]>([
    ['leaves the body alone', () => undefined],
    ['does away with the body', (response) => response.body?.cancel()],
    ['stops in the middle', async (response) => (await response.body?.getReader().read())?.value?.length],
  ])('ends also where who asked %s', async (_what, treat) => {
    const { server } = await startBoth();
    const client = await start(
      'client',
      (app, lab) => {
        app.get('/callback', async () => {
          await treat(await lab.fetch(`${server.address}/json`));
          return 'done';
        });
      },
      { 'authorization-server': server.address },
    );
    await fetch(`${client.address}/callback`);
    expect((await settled(client.lab)).find(({ direction }) => direction === 'sent')?.response?.status).toBe(200);
  });

  it('goes on where it was when a role is started anew', async () => {
    const first = await startBoth();
    await fetch(`${first.server.address}/json`);
    await settled(first.server.lab);
    const { latest } = await first.server.client.exchanges(0);
    await first.server.app.close();
    const { server } = await startBoth();
    const waiting = server.client.exchanges(latest, { wait: 10 });
    await fetch(`${server.address}/json`);
    expect((await waiting).exchanges).toHaveLength(1);
  });

  it('says why no answer came', async () => {
    const client = await start(
      'client',
      (app, lab) => {
        app.get('/callback', async () =>
          lab.fetch('http://localhost:9/token').then(
            () => 'answered',
            () => 'failed',
          ),
        );
      },
      { 'authorization-server': 'http://localhost:9' },
    );
    expect(await (await fetch(`${client.address}/callback`)).text()).toBe('failed');
    const sent = (await settled(client.lab)).find((each) => each.direction === 'sent');
    expect(sent?.response).toBeUndefined();
    expect(sent?.failure).toMatch(/bad port|ECONNREFUSED/);
  });

  it('is no part of what it records, nor are health checks', async () => {
    const { server } = await startBoth();
    await fetch(`${server.address}/lab/exchanges`);
    await fetch(`${server.address}/health/live`);
    expect(server.lab.recorder.after(0).exchanges).toEqual([]);
  });

  it('tells strangers nothing about traces', async () => {
    const { server } = await startBoth();
    const stranger = await start('authorization-server', (app) => {
      app.get('/json', async (request) => request.headers);
    });
    const headers = (await (await server.lab.fetch(`${stranger.address}/json`)).json()) as object;
    expect(headers).not.toHaveProperty('traceparent');
  });

  it('answers as soon as there is something new, and keeps the last thousand', async () => {
    const goOn = Promise.withResolvers<void>();
    const server = await start('authorization-server', (app) => {
      app.get('/waits', async () => {
        await goOn.promise;
        return {};
      });
    });
    const waiting = server.client.exchanges(0, { wait: 10 });
    const answer = fetch(`${server.address}/waits`);
    const { exchanges, latest } = await waiting;
    expect(exchanges).toHaveLength(1);
    goOn.resolve();
    await answer;
    await settled(server.lab);
    expect((await server.client.exchanges(latest)).exchanges).toEqual([
      expect.objectContaining({ id: exchanges[0]?.id, response: expect.anything() as object }),
    ]);
    for (let index = 0; index < 1_100; index += 1) server.lab.recorder.report({ ...(exchanges[0] as Exchange), id: String(index) });
    expect((await server.client.exchanges(0)).exchanges).toHaveLength(1_000);
    await server.client.forgetExchanges();
    expect((await server.client.exchanges(0)).exchanges).toEqual([]);
  });
});

describe('faults', () => {
  it.each([
    ['server-error', async (answer: Promise<Response>) => expect((await answer).status).toBe(500)],
    ['malformed-json', async (answer: Promise<Response>) => expect((await answer).json()).rejects.toThrow(SyntaxError)],
    ['dropped-response', async (answer: Promise<Response>) => expect(answer).rejects.toThrow('fetch failed')],
  ])('%s happens as often as was asked for, at that path only', async (name, expectIt) => {
    const { server } = await startBoth();
    await server.client.activateFault(name, { count: 2, path: '/json' });
    expect((await fetch(`${server.address}/token`, { method: 'POST', body: new URLSearchParams() })).status).toBe(400);
    for (let index = 0; index < 2; index += 1) await expectIt(fetch(`${server.address}/json`));
    expect(await (await fetch(`${server.address}/json`)).json()).toEqual({ of: 'some length' });
    const marked = (await settled(server.lab)).filter((each) => each.fault === name);
    expect(marked).toHaveLength(2);
    expect((await server.client.faults()).active).toEqual([]);
  });

  it('slow is longer than a caller waits, and holds up no close', async () => {
    const { server } = await startBoth();
    await server.client.activateFault('slow', { path: '/json' });
    await expect(fetch(`${server.address}/json`, { signal: AbortSignal.timeout(300) })).rejects.toThrow('timeout');
  });

  it('are not for a preflight, and only JSON can be malformed', async () => {
    const { server } = await startBoth();
    await server.client.activateFault('server-error', { path: '/page' });
    expect((await fetch(`${server.address}/page`, { method: 'OPTIONS' })).status).toBe(404);
    expect((await fetch(`${server.address}/page`)).status).toBe(500);
    await server.client.activateFault('malformed-json', { path: '/page' });
    expect(await (await fetch(`${server.address}/page`)).text()).toBe('<p>all of it</p>');
    expect((await server.client.faults()).active).toEqual([{ name: 'malformed-json', remaining: 1, path: '/page' }]);
    await server.client.deactivateFault('malformed-json');
    expect((await server.client.faults()).active).toEqual([]);
  });

  it('of the role itself are marked where they happen', async () => {
    const server = await start('authorization-server', (app, lab) => {
      app.post('/token', async () => ({ happens: lab.faults.take('own') }));
    });
    const ask = async () =>
      (await fetch(`${server.address}/token`, { method: 'POST', body: new URLSearchParams({ of: 'a body' }) })).json();
    expect(await ask()).toEqual({ happens: false });
    await server.client.activateFault('own');
    expect(await ask()).toEqual({ happens: true });
    expect((await settled(server.lab)).map((each) => each.fault)).toEqual([undefined, 'own']);
  });

  it('are for requests that come after they were put in: one that is still under way takes none', async () => {
    const [begun, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const server = await start('authorization-server', (app) => {
      app.get('/waits', async () => {
        begun.resolve();
        await goOn.promise;
        return {};
      });
    });
    const early = fetch(`${server.address}/waits`);
    await begun.promise;
    await server.client.activateFault('malformed-json', { path: '/waits' });
    goOn.resolve();
    expect(await (await early).json()).toEqual({});
    await expect((await fetch(`${server.address}/waits`)).json()).rejects.toThrow(SyntaxError);
  });

  it('that do not exist, or not so often, are refused', async () => {
    const { server } = await startBoth();
    await expect(server.client.activateFault('nothing')).rejects.toThrow('404');
    for (const options of [{ count: 0 }, { count: 1.5 }, { count: 1_001 }, { path: 'token' }])
      await expect(server.client.activateFault('slow', options)).rejects.toThrow('400');
    await server.client.activateFault('slow');
    await server.client.clearFaults();
    expect((await server.client.faults()).active).toEqual([]);
  });
});

describe('the clock', () => {
  it('is put ahead and back, and refuses what is no number', async () => {
    const { server } = await startBoth();
    await server.client.setClock(3_600);
    expect(server.lab.clock.now() - Date.now()).toBeGreaterThan(3_599_000);
    expect((await server.client.clock()).offset_seconds).toBe(3_600);
    await server.client.setClock(0);
    expect(Math.abs(server.lab.clock.now() - Date.now())).toBeLessThan(1_000);
    await expect(server.client.setClock(1e12)).rejects.toThrow('400');
  });
});

describe('the lab is for this machine only', () => {
  it.each<[string, Record<string, string>]>([
    ['a name that was made to point here', { host: 'evil.example' }],
    ['a proxy that brings others', { 'x-forwarded-for': '203.0.113.7' }],
    ['a proxy that tells less', { 'x-forwarded-proto': 'https' }],
    ['a proxy that tells something else', { 'x-real-ip': '203.0.113.7' }],
    ['a proxy of the standard', { via: '1.1 proxy.example' }],
    ['a page of another site', { origin: 'https://evil.example' }],
    ['a page of another site that only navigates', { 'sec-fetch-site': 'cross-site' }],
    ['a page on another port of this machine', { origin: 'http://localhost:1', 'sec-fetch-site': 'same-site' }],
  ])('refuses %s', async (_who, headers) => {
    const { server } = await startBoth();
    const answer = await server.app.inject({
      method: 'PUT',
      url: '/lab/clock',
      headers: { host: 'localhost:4000', ...headers },
      payload: { offset_seconds: 60 },
    });
    expect(answer.statusCode).toBe(403);
    expect(server.lab.clock.offset).toBe(0);
    expect((await server.app.inject({ url: '/lab/exchanges', headers: { host: 'localhost:4000', ...headers } })).statusCode).toBe(403);
  });

  it('refuses a proxy that says nothing, and speaks HTTP/1.0', async () => {
    const { server } = await startBoth();
    const request = (version: string) => `GET /lab/clock HTTP/${version}\r\nhost: localhost\r\nconnection: close\r\n\r\n`;
    expect(await rawRequest(server.address, request('1.1'))).toContain(' 200 ');
    expect(await rawRequest(server.address, request('1.0'))).toContain(' 403 ');
  });

  it('is not looked for on other machines', async () => {
    const elsewhere = createLabClient('https://issuer.example');
    await expect(elsewhere.setClock(60)).rejects.toThrow('not on this machine');
    await expect(elsewhere.exchanges(0)).rejects.toThrow('not on this machine');
  });

  it('refuses another machine', async () => {
    const { server } = await startBoth();
    expect((await server.app.inject({ url: '/lab/exchanges', remoteAddress: '10.0.0.7' })).statusCode).toBe(403);
  });

  it('reads JSON only, which no form of another site can send', async () => {
    const { server } = await startBoth();
    const answer = await server.app.inject({
      method: 'PUT',
      url: '/lab/clock',
      headers: { 'content-type': 'text/plain' },
      payload: '{"offset_seconds":60}',
    });
    expect(answer.statusCode).toBe(415);
  });
});
