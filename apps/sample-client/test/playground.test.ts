import { createLab } from '@rolecall/lab/lab';
import { freePorts } from '@rolecall/test-services/free-ports';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Arrow } from '../src/playground/arrow.ts';
import { createDetails } from '../src/playground/details.ts';
import type { Lesson } from '../src/playground/lessons/lesson.ts';
import { createStage } from '../src/playground/lessons/stage.ts';
import { createRuns } from '../src/playground/runs.ts';
import { start } from '../src/start.ts';

const SECRET = 'a-secret-that-nobody-may-see';

/** The client as a developer starts it, between two roles that do not answer. */
async function startClient({ LAB = 'true', ISSUER = 'http://localhost:9', RESOURCE = 'http://localhost:9' } = {}): Promise<string> {
  const [port] = (await freePorts(1)) as [number];
  const address = `http://localhost:${port}`;
  const environment = { NODE_ENV: 'test', LAB, ISSUER, RESOURCE, BASE_URL: address, PORT: String(port), PEER_TIMEOUT: '1' };
  const { app } = await start(environment, { logDestination: { write: () => {} } });
  onTestFinished(() => app.close());
  await app.listen({ host: 'localhost', port });
  return address;
}

const send = (url: string, method: string, body?: object, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, {
    method,
    redirect: 'manual',
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });

/** The same with headers that only browsers may set. */
const visit = (url: string, headers: Record<string, string>): Promise<{ status: number | undefined }> =>
  new Promise((resolve, reject) => {
    get(url, { headers }, (answer) => resolve({ status: answer.resume().statusCode })).on('error', reject);
  });

/** A role that has nothing but a lab. */
async function startLab() {
  const lab = createLab({ role: 'authorization-server', peers: {}, usualPath: '/token' });
  const app = Fastify();
  lab.register(app);
  onTestFinished(() => app.close());
  const [port] = (await freePorts(1)) as [number];
  await app.listen({ host: 'localhost', port });
  return { address: `http://localhost:${port}`, clock: lab.clock };
}

/** The page's own stream of events, until one fits. */
async function nextEvent(
  address: string,
  fits: (event: string, data: string) => boolean,
  meanwhile: () => Promise<unknown>,
): Promise<string> {
  const ending = new AbortController();
  const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(4_000)]);
  const response = await fetch(`${address}/playground/events`, { headers: { accept: 'text/event-stream' }, signal });
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  expect(response.headers.get('cache-control')).toContain('no-');
  const reading = (async () => {
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      for (const [, event = '', data = ''] of text.matchAll(/event: (\S+)\ndata: (.*)\n\n/g)) if (fits(event, data)) return data;
    }
    throw new Error('the stream ended');
  })();
  await meanwhile();
  return reading.finally(() => ending.abort());
}

describe('the playground', () => {
  it('is not there where there is no lab', async () => {
    const client = await startClient({ LAB: 'false' });
    for (const path of ['', '/events', '/lab', '/export?format=har', '/assets/main.js'])
      expect((await fetch(`${client}/playground${path}`)).status).toBe(404);
    expect((await send(`${client}/playground/runs`, 'POST', { lesson: 'authorization-code' })).status).toBe(404);
    expect(await (await fetch(client)).text()).not.toContain('/playground');
  });

  it('lets nobody use any of it from elsewhere', async () => {
    const client = await startClient();
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { 'x-forwarded-for': '203.0.113.7' }]) {
      for (const path of ['', '/events', '/lab', '/arrows/0', '/export?format=har&secrets=true', '/assets/main.js'])
        expect((await send(`${client}/playground${path}`, 'GET', undefined, headers)).status).toBe(403);
      expect((await send(`${client}/playground/arrows`, 'DELETE', undefined, headers)).status).toBe(403);
      expect((await send(`${client}/playground/runs`, 'POST', { lesson: 'authorization-code' }, headers)).status).toBe(403);
      expect((await send(`${client}/playground/clock`, 'PUT', { offset_seconds: 60 }, headers)).status).toBe(403);
    }
    expect(await (await fetch(`${client}/playground/lab`)).json()).toMatchObject({ offset_seconds: 0 });
  });

  it('is where a link of another site leads, the page alone', async () => {
    const client = await startClient();
    const followed = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect((await visit(`${client}/playground`, followed)).status).toBe(200);
    for (const headers of [
      { ...followed, 'sec-fetch-dest': 'iframe' },
      { ...followed, 'sec-fetch-mode': 'no-cors' },
      { ...followed, origin: 'https://evil.example' },
    ])
      expect((await visit(`${client}/playground`, headers)).status).toBe(403);
    for (const path of ['/playground/lab', '/playground/export?format=har', '/lab/exchanges'])
      expect((await visit(client + path, followed)).status).toBe(403);
  });

  it('moves a role on again that was started anew', async () => {
    const { address: issuer, clock } = await startLab();
    const client = await startClient({ ISSUER: issuer });
    expect((await send(`${client}/playground/clock`, 'PUT', { offset_seconds: 3_600 })).status).toBe(200);
    expect(clock.offset).toBe(3_600);
    clock.offset = 0;
    expect((await fetch(`${client}/playground/lab`)).status).toBe(200);
    expect(clock.offset).toBe(3_600);
  });

  it.each<[string, string, object]>([
    ['POST', '/runs', {}],
    ['POST', '/runs', { lesson: 1 }],
    ['POST', '/runs/0/steps', { all: 'true' }],
    ['PUT', '/clock', { offset_seconds: '60' }],
    ['PUT', '/clock', { offset_seconds: 1e12 }],
    ['PUT', '/faults', { role: 'browser', fault: 'slow', count: 1 }],
    ['PUT', '/faults', { role: 'client', fault: 'slow', count: 0 }],
  ])('refuses %s %s with %j', async (method, path, body) => {
    const client = await startClient();
    expect((await send(`${client}/playground${path}`, method, body)).status).toBe(400);
  });

  it('says what does not exist, and what cannot be reached', async () => {
    const client = await startClient();
    expect((await fetch(`${client}/playground/arrows/0`)).status).toBe(404);
    expect((await fetch(`${client}/playground/export?format=pdf`)).status).toBe(400);
    expect((await send(`${client}/playground/runs`, 'POST', { lesson: 'nothing' })).status).toBe(404);
    expect((await send(`${client}/playground/runs/0/steps`, 'POST', { all: true })).status).toBe(404);
    expect((await send(`${client}/playground/faults`, 'PUT', { role: 'client', fault: 'nothing', count: 1 })).status).toBe(404);
    expect((await send(`${client}/playground/faults`, 'PUT', { role: 'resource-server', fault: 'slow', count: 1 })).status).toBe(503);
  });

  it('reads JSON only, which no form of another site can send', async () => {
    const client = await startClient();
    const answer = await fetch(`${client}/playground/runs`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{"lesson":"refresh-token"}',
    });
    expect(answer.status).toBe(415);
  });

  it('shows no secret in the stream, in the details and in what is exported, unless it is asked to', async () => {
    const client = await startClient();
    const bring = () =>
      fetch(`${client}/callback?code=${SECRET}&state=s`, { redirect: 'manual', headers: { cookie: `session=${SECRET}` } });
    const data = await nextEvent(client, (event, text) => event === 'arrow' && text.includes('"status":303'), bring);
    expect(data).not.toContain(SECRET);
    const { id } = JSON.parse(data) as { id: string };
    for (const path of [`/arrows/${id}?secrets=`, '/export?format=har&secrets=', '/export?format=mermaid&secrets=']) {
      expect(await (await fetch(`${client}/playground${path}false`)).text()).not.toContain(SECRET);
      const unblotted = await (await fetch(`${client}/playground${path}true`)).text();
      expect(unblotted.includes(SECRET)).toBe(!path.includes('mermaid'));
    }
  });

  it('goes on, whatever host or code somebody names', async () => {
    const client = await startClient();
    const { request } = await import('node:http');
    const bring = async () => {
      await new Promise((resolve, reject) =>
        request(`${client}/callback?code=startedAt`, { headers: { host: '[' } }, (answer) => resolve(answer.resume()))
          .on('error', reject)
          .end(),
      );
      await fetch(`${client}/callback?code=startedAt&last`, { redirect: 'manual' });
    };
    let seen = 0;
    await nextEvent(client, (event, text) => event === 'arrow' && text.includes('"status":303') && (seen += 1) > 1, bring);
    expect((await fetch(`${client}/playground/export?format=har`)).status).toBe(200);
  });

  it('misses nothing while a role hangs', async () => {
    const hanging = createServer(() => {});
    await new Promise<void>((resolve) => hanging.listen(0, 'localhost', resolve));
    onTestFinished(() => void hanging.close().closeAllConnections());
    const client = await startClient({ RESOURCE: `http://localhost:${(hanging.address() as AddressInfo).port}` });
    const bring = () => fetch(`${client}/callback?state=s`, { redirect: 'manual' });
    await nextEvent(client, (event, text) => event === 'arrow' && text.includes('"status":303'), bring);
  });
});

const arrowOf = (path: string, changes: Partial<Arrow> = {}): Arrow => ({
  ...{ id: path, traceId: '0'.repeat(32), from: 'client', to: 'authorization-server', startedAt: 0, milliseconds: 1, log: [] },
  request: { method: 'POST', url: `http://localhost:4000${path}`, headers: [] },
  ...changes,
});

it('the reasons of a refusal repeat no secret', async () => {
  const details = createDetails({
    issuer: 'http://localhost:9',
    resource: 'http://localhost:9',
    clock: { now: () => 0 },
    faultTitle: (name) => name,
  });
  const refused = arrowOf('/token', {
    request: { method: 'POST', url: 'http://localhost:4000/token', headers: [], body: `code=${SECRET}` },
    response: {
      status: 400,
      headers: [['content-type', 'application/json']],
      body: JSON.stringify({ error: 'invalid_grant', error_description: `${SECRET} is unknown` }),
    },
    log: [{ level: 30, message: 'refused', details: { cause: `no code ${SECRET}` } }],
  });
  const shown = await details(refused, false);
  expect(JSON.stringify(shown)).not.toContain(SECRET);
  expect(shown).toMatchObject({ refusal: { error: 'invalid_grant', evidence: [expect.stringContaining('It logged: refused')] } });
  expect(JSON.stringify(await details(refused, true))).toContain(`no code ${SECRET}`);
});

describe('runs', () => {
  /** What a run touches: roles whose labs only note what they are asked, and exchanges that the test makes up. */
  function surroundings(arrows: Arrow[] = []) {
    const asked: string[] = [];
    const lab = (role: string) => ({
      activateFault: async (name: string) => void asked.push(`${role} +${name}`),
      deactivateFault: async (name: string) => void asked.push(`${role} -${name}`),
    });
    const labs = { client: lab('client'), 'authorization-server': lab('authorization-server'), 'resource-server': lab('resource-server') };
    const traffic = { settled: async () => {}, arrows: () => arrows };
    const addresses = { issuer: 'http://localhost:4000', resource: 'http://localhost:4001', client: 'http://localhost:4002' };
    return { asked, parts: { labs, traffic, addresses } as unknown as Omit<Parameters<typeof createRuns>[0], 'onChange'> };
  }
  const lessonOf = (steps: Lesson['steps'][number]['act'][]): Lesson => ({
    ...{ id: 'test', group: 'fault', title: '', summary: '' },
    steps: steps.map((act) => ({ title: '', text: '', act })),
  });

  it('are under way one at a time, since they share the clock and the faults', async () => {
    const runs = createRuns({ ...surroundings().parts, onChange: () => {} });
    const order: string[] = [];
    const lesson = (name: string) =>
      lessonOf(
        [1, 2].map((step) => async () => {
          order.push(`${name}${step}`);
          await new Promise((resolve) => setImmediate(resolve));
        }),
      );
    const [first, second] = [runs.start(lesson('a')), runs.start(lesson('b'))];
    const views = await Promise.all([runs.proceed(first.id, true), runs.proceed(second.id, true)]);
    expect(order).toEqual(['a1', 'a2', 'b1', 'b2']);
    expect(views.map((view) => view?.state)).toEqual(['ended', 'ended']);
  });

  it('mend what they have broken, also when they fail, and nothing else', async () => {
    const { asked, parts } = surroundings();
    const runs = createRuns({ ...parts, onChange: () => {} });
    const lesson = lessonOf([
      (stage) => stage.breakIt('resource-server', 'slow'),
      async () => {
        throw new Error('nobody noticed');
      },
    ]);
    expect(await runs.proceed(runs.start(lesson).id, true)).toMatchObject({ state: 'failed', problem: 'nobody noticed' });
    expect(asked).toEqual(['resource-server +slow', 'resource-server -slow']);
  });

  it('are judged by what went over the wire', async () => {
    const { parts } = surroundings([arrowOf('/token'), arrowOf('/revoke'), arrowOf('/revoke')]);
    const stage = createStage({ ...parts, trace: '0'.repeat(32) } as unknown as Parameters<typeof createStage>[0]);
    const to = (path: string) => (arrow: Arrow) => arrow.request.url.endsWith(path);
    await expect(stage.never('a token request', to('/token'))).rejects.toThrow('a token request has happened');
    await expect(stage.never('introspection', to('/introspect'))).resolves.toBeUndefined();
    await expect(stage.once('the token request', to('/token'))).resolves.toBeUndefined();
    await expect(stage.once('the revocation', to('/revoke'))).rejects.toThrow('2 times');
    await expect(stage.once('introspection', to('/introspect'))).rejects.toThrow('0 times');
  });
});
