import { createHash } from 'node:crypto';
import type { ShortLivedStore } from '@rolecall/storage/short-lived-store';
import { createMovableClock, type MovableClock } from '@rolecall/storage/test-support/movable-clock';
import { openTestShortLivedStore } from '@rolecall/storage/test-support/stores';
import type { FastifyInstance, Session } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registerForms } from '../src/parameters.ts';
import { CSRF_FIELD, registerSessions } from '../src/sessions.ts';
import { createTestApp } from './support/app.ts';

declare module 'fastify' {
  interface Session {
    user?: string;
  }
}

const IDLE = 3_600;
const ANONYMOUS = 600;
const isEstablished = (session: Session): boolean => session.user !== undefined && session.user !== 'nobody';
const ABSOLUTE = 36_000;

let clock: MovableClock;
let store: ShortLivedStore;
let app: FastifyInstance;
let written: string[];
let released: Promise<void>;
let release: () => void;

beforeEach(async () => {
  clock = createMovableClock();
  store = await openTestShortLivedStore(clock);
  written = [];
  ({ promise: released, resolve: release } = Promise.withResolvers<void>());
  app = await sessionApp(false);
});
afterEach(async () => {
  await app.close();
  await store.close();
});

async function sessionApp(https: boolean): Promise<FastifyInstance> {
  const { app: made } = await createTestApp({ https, trustedProxies: '127.0.0.1' });
  await registerForms(made, 10_000);
  const watched: ShortLivedStore = { ...store, set: (key, value, lifetime) => (written.push(key), store.set(key, value, lifetime)) };
  await registerSessions(made, {
    cookieName: 'role',
    store: watched,
    https,
    idleSeconds: IDLE,
    anonymousSeconds: ANONYMOUS,
    isEstablished,
    absoluteSeconds: ABSOLUTE,
    clock,
  });
  made.get('/', async (request) => ({ user: request.session.user ?? null }));
  made.get('/log-in', async (request) => {
    await request.session.regenerate();
    request.session.user = 'alice';
    return {};
  });
  made.get('/visit', async (request) => {
    request.session.user ??= 'nobody';
    return {};
  });
  made.get('/slow-change', async (request) => {
    await released;
    request.session.user = 'late';
    return {};
  });
  made.get('/log-out', async (_request, reply) => {
    await reply.endSession();
    return {};
  });
  made.get('/form', async (_request, reply) => reply.generateCsrf());
  made.post('/form', { preHandler: made.csrfProtection }, async () => 'accepted');
  return made;
}

/** A browser: keeps the one cookie that it was given. */
function browser(of: FastifyInstance = app, headers: Record<string, string> = {}) {
  let jar: Record<string, string> = {};
  const request = async (options: { url: string; method?: 'GET' | 'POST'; form?: string }) => {
    const { url, method = 'GET', form } = options;
    const answer = await of.inject({
      url,
      method,
      cookies: jar,
      headers: { ...headers, ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }) },
      ...(form !== undefined && { payload: form }),
    });
    for (const { name, value } of answer.cookies) jar = { ...jar, [name]: value };
    return answer;
  };
  return {
    get: (url: string) => request({ url }),
    post: (url: string, form: string) => request({ url, method: 'POST', form }),
    user: async () => (await request({ url: '/' })).json<{ user: string | null }>().user,
    id: () => jar['role'] ?? jar['__Host-role'] ?? '',
    setId: (id: string) => (jar = { role: id }),
  };
}

describe('the cookie', () => {
  it('carries 256 random bits, out of reach of scripts and of requests from other sites', async () => {
    const answer = await browser().get('/log-in');
    expect(answer.cookies).toEqual([expect.objectContaining({ name: 'role', path: '/', httpOnly: true, sameSite: 'Lax' })]);
    expect(Buffer.from(answer.cookies[0]?.value ?? '', 'base64url')).toHaveLength(32);
    expect(answer.cookies[0]).not.toHaveProperty('secure', true);
  });

  it('is bound to https and to this host where the service is reached that way', async () => {
    const secure = await sessionApp(true);
    const answer = await browser(secure, { 'x-forwarded-proto': 'https' }).get('/log-in');
    expect(answer.cookies).toEqual([expect.objectContaining({ name: '__Host-role', path: '/', secure: true, httpOnly: true })]);
    expect(answer.cookies[0]).not.toHaveProperty('domain');
    await secure.close();
  });

  it('is not given to whoever only looks', async () => {
    expect((await browser().get('/')).cookies).toEqual([]);
    expect(written).toEqual([]);
  });

  it('is told to the store only as a hash', async () => {
    const alice = browser();
    await alice.get('/log-in');
    const hash = createHash('sha256').update(alice.id()).digest('base64url');
    expect(written.length).toBeGreaterThan(0);
    expect(await store.get(`session:${hash}`)).toMatchObject({ user: 'alice' });
    expect(written.join()).not.toContain(alice.id());
    expect(JSON.stringify(await store.get(`session:${hash}`))).not.toContain(alice.id());
  });
});

describe('a session', () => {
  it('is renewed at login: who planted the old id gains nothing', async () => {
    const victim = browser();
    await victim.get('/visit');
    const planted = victim.id();
    await victim.get('/log-in');
    expect(victim.id()).not.toBe(planted);
    expect(await victim.user()).toBe('alice');
    const attacker = browser();
    attacker.setId(planted);
    expect(await attacker.user()).toBeNull();
  });

  it('cannot be made by choosing an id', async () => {
    const attacker = browser();
    attacker.setId('A'.repeat(43));
    expect(await attacker.user()).toBeNull();
    await attacker.get('/visit');
    expect(attacker.id()).not.toBe('A'.repeat(43));
  });

  it('ends after so long without a request, and not before', async () => {
    const alice = browser();
    await alice.get('/log-in');
    clock.advance(IDLE - 1);
    expect(await alice.user()).toBe('alice');
    clock.advance(IDLE - 1);
    expect(await alice.user()).toBe('alice');
    clock.advance(IDLE);
    expect(await alice.user()).toBeNull();
  });

  it('in which nobody is known ends much sooner: anybody can make any number of these', async () => {
    const nobody = browser();
    await nobody.get('/visit');
    clock.advance(ANONYMOUS - 1);
    expect(await nobody.user()).toBe('nobody');
    clock.advance(ANONYMOUS);
    expect(await nobody.user()).toBeNull();
  });

  it('that was ended cannot be brought back by a request that was under way', async () => {
    const alice = browser();
    await alice.get('/log-in');
    const id = alice.id();
    const late = browser();
    late.setId(id);
    await Promise.all([late.get('/slow-change'), alice.get('/log-out').then(() => release())]);
    const thief = browser();
    thief.setId(id);
    expect(await thief.user()).toBeNull();
  });

  it('behind https is refused, and not lost in silence, where the proxy does not say that it is https', async () => {
    const secure = await sessionApp(true);
    const answer = await secure.inject('/visit');
    expect(answer.statusCode).toBe(500);
    expect(answer.cookies).toEqual([]);
    await secure.close();
  });

  it('ends after so long in any case, however much it is used', async () => {
    const alice = browser();
    await alice.get('/log-in');
    for (let time = 0; time < ABSOLUTE - 1_000; time += 1_000) {
      clock.advance(1_000);
      expect(await alice.user(), `after ${time + 1_000} s`).toBe('alice');
    }
    clock.advance(1_000);
    expect(await alice.user()).toBeNull();
  });

  it('is gone when it is ended, here and in the browser, and its id with it', async () => {
    const alice = browser();
    await alice.get('/log-in');
    const id = alice.id();
    const answer = await alice.get('/log-out');
    expect(answer.cookies[0]).toMatchObject({ name: 'role', value: '' });
    const thief = browser();
    thief.setId(id);
    expect(await thief.user()).toBeNull();
  });

  it('belongs to one browser', async () => {
    await browser().get('/log-in');
    expect(await browser().user()).toBeNull();
  });
});

describe('a form', () => {
  const post = (who: ReturnType<typeof browser>, token: string) => who.post('/form', `${CSRF_FIELD}=${encodeURIComponent(token)}`);

  it('is accepted with the token that this session was given', async () => {
    const alice = browser();
    const token = (await alice.get('/form')).body;
    expect((await post(alice, token)).body).toBe('accepted');
  });

  it('is refused without a token, with an empty one and with a made-up one', async () => {
    const alice = browser();
    await alice.get('/form');
    expect((await alice.post('/form', 'a=1')).statusCode).toBe(403);
    expect((await post(alice, '')).statusCode).toBe(403);
    expect((await post(alice, 'made-up')).statusCode).toBe(403);
  });

  it('is refused with the token of another session', async () => {
    const [alice, mallory] = [browser(), browser()];
    await alice.get('/form');
    const token = (await mallory.get('/form')).body;
    expect((await post(alice, token)).statusCode).toBe(403);
  });

  it('is refused without a session', async () => {
    const token = (await browser().get('/form')).body;
    expect((await post(browser(), token)).statusCode).toBe(403);
  });
});
