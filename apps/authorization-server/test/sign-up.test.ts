import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from './support/browser.ts';
import { authorizeUrl, decide, expectPage, follow, logIn, open, responseParameters } from './support/flow.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

const PASSWORD = 'a long walk by the sea';

describe('sign-up', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ SIGN_UP: 'true' });
  });
  afterAll(() => server.close());

  let address = 0;
  const atForm = async (path = '/sign-up') => {
    const browser = openBrowser(server.app, `192.0.2.${++address}`);
    const page = await open(browser, path);
    return { browser, page };
  };
  const signUp = async (username: string, password = PASSWORD, repeated = password) => {
    const { browser } = await atForm();
    const response = await follow(browser, await browser.post('/sign-up', { ...browser.hiddenFields(), username, password, repeated }));
    return { browser, response };
  };

  it('is off unless the configuration has it on', async () => {
    const own = await startTestServer();
    expect((await openBrowser(own.app).get('/sign-up')).status).toBe(404);
    expect((await openBrowser(own.app).get('/login')).body).not.toContain('sign-up');
    await own.close();
  });

  it('makes an account, logs in, and goes on where the person came from', async () => {
    const browser = openBrowser(server.app);
    const login = await open(browser, authorizeUrl());
    const link = /href="([^"]*sign-up[^"]*)"/.exec(login.body)?.[1] as string;
    const page = await browser.get(link.replaceAll(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code))));
    expect(page.body).toContain('At least 8 characters');
    const form = { ...browser.hiddenFields(), username: ' Carol ', password: PASSWORD, repeated: PASSWORD };
    const consent = await follow(browser, await browser.post('/sign-up', form));
    expect(consent.body).toContain('Allow Sample client?');
    expect(consent.body).toContain('<strong>Carol</strong>');
    expect(responseParameters(await decide(browser, 'approve')).get('code')).toBeTruthy();
    expect(server.logged()).toMatch(/"type":"signed_up"/);
    expect(server.logged()).not.toContain(PASSWORD);

    const again = openBrowser(server.app);
    await open(again, '/account');
    expect((await logIn(again, 'CAROL', PASSWORD)).body).toContain('<h1>Your account</h1>');
    expect((await server.stores.users.findByUsername('carol'))?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=7168,t=5,p=1\$/);
  });

  it.each([
    ['alice', 'This username is taken.'],
    ['ＡＬＩＣＥ', 'This username is taken.'],
    ['', 'A username is missing.'],
    ['x'.repeat(65), 'at most 64 characters'],
    ['two words', 'characters that it cannot have'],
    ['<script>', 'characters that it cannot have'],
    ['\u202Eecila', 'characters that it cannot have'],
    ['ali\u200bce', 'characters that it cannot have'],
    ['ali\u3164ce', 'characters that it cannot have'],
    ['аlice', 'must be in one script'],
    ['aliсe', 'must be in one script'],
    ['αlpha', 'must be in one script'],
    ['alice\u0967', 'must be in one script'],
  ])('SEC-34: refuses the name %j and says why', async (username, problem) => {
    const { response } = await signUp(username);
    expectPage(response);
    expect(response.body).toContain(problem);
    expect(response.body).toMatch(/id="username"[^>]*aria-invalid="true"/);
  });

  it.each(['zoë.o-neill+1@example', 'алиса.7', 'Ελένη', '田中さくら', '김철수', 'אליס', 'आलिस', 'أليس'])(
    'takes the name %s, which is in one writing',
    async (username) => {
      expect((await signUp(username)).response.body).toContain('<h1>Your account</h1>');
    },
  );

  it.each([
    ['short', 'at least 8 characters'],
    ['ääääääå', 'at least 8 characters'],
    ['password', 'tried first'],
    ['PassWord1', 'tried first'],
    ['aaaaaaaaaaaa', 'tried first'],
    ['my-dave-secret', 'must not contain the username'],
    ['p'.repeat(1_001), 'at most 1000'],
  ])('refuses the password %j and says why', async (password, problem) => {
    const { response } = await signUp('dave', password);
    expectPage(response);
    expect(response.body).toContain(problem);
    expect(response.body).not.toContain(`value="${password}"`);
    expect(await server.stores.users.findByUsername('dave')).toBeUndefined();
  });

  it('refuses two passwords that are not the same', async () => {
    const { response } = await signUp('erin', PASSWORD, `${PASSWORD}!`);
    expect(response.body).toContain('The two passwords are not the same.');
  });

  it('of two who want one name at once exactly one gets it', async () => {
    const answers = await Promise.all([signUp('frank', 'the first of two passwords'), signUp('frank', 'the second of two passwords')]);
    expect(answers.map(({ response }) => response.status).sort()).toEqual([200, 400]);
  });

  it('AS-GEN-13: many accounts from one address are too many', async () => {
    const { browser } = await atForm();
    const form = { ...browser.hiddenFields(), username: 'alice', password: PASSWORD, repeated: PASSWORD };
    for (let attempt = 1; attempt < 20; attempt++) expect((await browser.post('/sign-up', form)).status).toBe(400);
    const refused = await browser.post('/sign-up', form);
    expectPage(refused, 429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await signUp('grace')).response.status).toBe(200);
  });

  it.each([
    ['no token', {}],
    ['a wrong token', { _csrf: 'wrong' }],
  ])('AS-AUTHZ-20 SEC-35: a form post with %s gets 403', async (_case, change) => {
    const { browser } = await atForm();
    expectPage(await browser.post('/sign-up', { username: 'heidi', password: PASSWORD, repeated: PASSWORD, ...change }), 403);
    expect(await server.stores.users.findByUsername('heidi')).toBeUndefined();
  });

  it.each(['//evil.example', '/\\evil.example'])('SEC-11: leads nowhere else: %s', async (target) => {
    expectPage((await atForm(`/sign-up?return_to=${encodeURIComponent(target)}`)).page);
  });

  it('AS-GEN-16 SEC-39: what was typed is shown as text', async () => {
    const { response } = await signUp('"><script>alert(1)</script>');
    expect(response.body).not.toContain('<script');
  });
});
