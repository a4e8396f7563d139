import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Ecosystem, startEcosystem } from '@rolecall/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHttp } from '../src/http.ts';
import { createChromiumPerson } from '../src/person/chromium.ts';
import { createFormFiller } from '../src/person/form-filler.ts';
import type { Person } from '../src/person/person.ts';
import { createReach } from '../src/reach.ts';
import { createRecorder, type Recorder } from '../src/recorder.ts';

const alice = { username: 'alice', password: 'wonderland' };

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A client that must not be reached. */
let visits: string[];
let client: Server;
let redirectUri: string;
beforeAll(async () => {
  client = createServer((request, response) => {
    visits.push(`${request.method} ${request.url}`);
    response.end('the client');
  });
  redirectUri = `${await listen(client)}/callback`;
});
afterAll(() => client.close());

let recorder: Recorder;
let person: Person;
beforeEach(() => {
  visits = [];
  recorder = createRecorder();
  person = createChromiumPerson({ recorder, settle: 1_000 }, alice);
});
afterEach(() => person.close());

describe('a person with a Chromium, at this project’s own authorization server', () => {
  let ecosystem: Ecosystem;
  beforeAll(async () => {
    ecosystem = await startEcosystem({
      roles: ['authorization-server'],
      clients: [{ client_id: 'a-client', client_secret: 'of no importance', redirect_uris: [redirectUri], scope: 'notes:read' }],
    });
  });
  afterAll(() => ecosystem.close());
  const address = (changes: Record<string, string> = {}): string => {
    const parameters = {
      response_type: 'code',
      client_id: 'a-client',
      redirect_uri: redirectUri,
      scope: 'notes:read',
      state: 'some state',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
      resource: ecosystem.resource,
    };
    return `${ecosystem.issuer}/authorize?${new URLSearchParams({ ...parameters, ...changes }).toString()}`;
  };

  it('logs in, allows, and is stopped before the redirect URI', async () => {
    const { response, loggedIn, pages, answer } = await person.authorize(address(), redirectUri);
    expect(response?.searchParams.get('code')).toMatch(/^rc_ac_/);
    expect(response?.searchParams.get('state')).toBe('some state');
    expect(loggedIn).toBe(true);
    expect(pages).toHaveLength(2);
    expect(answer.status).toBe(303);
    expect(answer.location?.href).toBe(response?.href);
    expect(visits).toEqual([]);
  });

  it('denies where it is to, and is remembered until it forgets', async () => {
    const denied = await person.authorize(address({ prompt: 'consent' }), redirectUri, 'deny');
    expect(denied.response?.searchParams.get('error')).toBe('access_denied');
    expect((await person.authorize(address({ prompt: 'login' }), redirectUri)).loggedIn).toBe(true);
    const silent = await person.authorize(address({ prompt: 'none' }), redirectUri);
    expect([silent.loggedIn, silent.response?.searchParams.has('code')]).toEqual([false, true]);
    await person.forget();
    expect((await person.authorize(address(), redirectUri)).loggedIn).toBe(true);
    expect(visits).toEqual([]);
  });

  it('sends no form to somebody out of reach', async () => {
    const own = createServer((_request, response) => {
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(`<form method="post" action="${redirectUri}"><input type="password" name="password"><button>Log in</button></form>`);
    });
    const issuer = await listen(own);
    const reach = createReach();
    reach.allow([issuer]);
    const careful = createChromiumPerson({ recorder, reach, settle: 1_000 }, alice);
    try {
      await expect(careful.authorize(issuer, 'https://client.example/callback')).rejects.toMatchObject({
        verdict: 'not tried',
        message: expect.stringContaining(`it leads to ${new URL(redirectUri).origin}`),
      });
      expect(visits).toEqual([]);
    } finally {
      await careful.close();
      own.close();
    }
  });

  it('stays on a page that it is shown instead', async () => {
    const { response, answer } = await person.authorize(address({ redirect_uri: 'https://elsewhere.example/' }), redirectUri);
    expect(response).toBeUndefined();
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('<h1');
  });

  it.each([
    ['with a browser', () => createChromiumPerson({ recorder, timeout: 4_000 }, { ...alice, password: 'not hers' })],
    ['without', () => createFormFiller(createHttp({ recorder }), { ...alice, password: 'not hers' })],
  ])('says so when the password is wrong, %s', async (_name, create) => {
    const stranger = create();
    try {
      await expect(stranger.authorize(address(), redirectUri)).rejects.toMatchObject({
        verdict: 'not tried',
        message: expect.stringContaining('the login of alice was not accepted'),
      });
    } finally {
      await stranger.close();
    }
  });

  it('records what was said', async () => {
    await person.authorize(address(), redirectUri);
    const told = recorder.take().map(({ request, response }) => `${request.method} ${new URL(request.url).pathname} ${response?.status}`);
    expect(told[0]).toBe('GET /authorize 303');
    expect(told).toContain('POST /login 303');
    expect(told.join()).not.toContain('/callback');
  });
});

describe('a person with a Chromium, where scripts make the pages', () => {
  let server: Server;
  let origin: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      response.setHeader('content-type', 'text/html');
      if (request.url === '/identifier-first') return response.end(`<main></main><script>${script}</script>`);
      if (request.url === '/form-post')
        return response.end(
          `<form method=post action="${redirectUri}"><input type=hidden name=code value=1></form><script>document.forms[0].submit()</script>`,
        );
      return response.end('<h1>Nothing to do here</h1>');
    });
    origin = await listen(server);
  });
  afterAll(() => server.close());
  /** A name first, then a password, then a question, without a page being loaded. */
  const script = `
    const show = (html, then) => setTimeout(() => {
      document.querySelector('main').innerHTML = html;
      const done = (event) => { event.preventDefault(); then(new FormData(event.target)); };
      document.querySelector('form')?.addEventListener('submit', done);
      document.querySelector('[data-allow]')?.addEventListener('click', then);
    }, 50);
    show('<form><input name="username"><button>Next</button></form>', (name) =>
      show('<form><input name="password" type="password"><button>Log in</button></form>', (password) =>
        show('<button data-allow>Allow</button>', () => {
          location = '/REDIRECT?code=' + name.get('username') + '-' + password.get('password').length + '#later';
        })));`;

  it('goes through all of them', async () => {
    const { response, loggedIn } = await person.authorize(`${origin}/identifier-first`, `${origin}/REDIRECT`);
    expect(response?.href).toBe(`${origin}/REDIRECT?code=alice-10#later`);
    expect(loggedIn).toBe(true);
  });

  it('is stopped where a page would send its form to the redirect URI', async () => {
    const { response, answer } = await person.authorize(`${origin}/form-post`, redirectUri);
    expect(response).toBeUndefined();
    expect(answer.body).toContain('name=code');
    expect(visits).toEqual([]);
  });

  it('ends where there is nothing to do', async () => {
    const { response, answer } = await person.visit(`${origin}/`);
    expect(response).toBeUndefined();
    expect(answer.body).toContain('Nothing to do here');
  });
});
