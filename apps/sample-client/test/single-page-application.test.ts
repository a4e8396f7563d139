import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { readConfig } from '../src/config.ts';
import { startClient } from './support/client.ts';
import { rotateTokens } from './support/rotating-tokens.ts';

const SCRIPTS = ['main.js', 'connection.js', 'note-item.js', 'oauth4webapi.js'];

/** What the page's scripts make, as far as it is used here. */
interface SpaConnection {
  begin(): Promise<string>;
  finish(answer: URL): Promise<void>;
  renew(): Promise<unknown>;
  end(): Promise<void>;
  facts(): object | undefined;
}

/** A tab's storage. */
function memoryStorage() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

describe('the single-page application', () => {
  it('C-BFF-05: is a page whose only scripts are files of this client, and that may talk to the two servers alone', async () => {
    const { app, authorizationServer, resourceServer } = await startClient();
    for (const url of ['/spa', '/spa/callback?code=a&state=b']) {
      const page = await app.inject(url);
      expect(page.statusCode).toBe(200);
      const policy = String(page.headers['content-security-policy']).split('; ');
      expect(policy).toEqual(
        expect.arrayContaining([
          "default-src 'none'",
          "script-src 'self'",
          `connect-src ${authorizationServer.issuer} ${resourceServer.resource}`,
          "frame-ancestors 'none'",
          "require-trusted-types-for 'script'",
        ]),
      );
      expect(policy.join()).not.toContain('unsafe');
      expect(page.headers['referrer-policy']).toBe('no-referrer');
      expect(page.headers['cache-control']).toBe('no-store');
      expect(page.headers['set-cookie']).toBeUndefined();
      expect(page.body.match(/<script[^>]*>/g)).toEqual(['<script type="module" src="/spa/main.js">']);
      expect(page.body).not.toMatch(/ on\w+=|code=a|secret"/);
    }
  });

  it('C-BFF-05: is made of files that are modules of this client’s own origin', async () => {
    const { app } = await startClient();
    for (const name of SCRIPTS) {
      const script = await app.inject(`/spa/${name}`);
      expect([script.statusCode, script.headers['content-type']]).toEqual([200, 'text/javascript; charset=utf-8']);
      expect(script.headers['x-content-type-options']).toBe('nosniff');
      expect(script.body).not.toMatch(/from ['"]https?:|(await|=|return) import\(/);
      expect(script.body).not.toContain('sample-client-secret');
    }
    for (const path of ['/spa/tsconfig.json', '/spa/../app.ts', '/spa/%2e%2e/routes.ts', '/spa/browser/main.js'])
      expect((await app.inject(path)).statusCode).toBe(404);
  });

  it('C-BFF-05: keeps tokens in no storage, and uses neither the implicit flow nor a secret', async () => {
    const { app } = await startClient();
    const own = (await Promise.all(SCRIPTS.slice(0, -1).map(async (name) => (await app.inject(`/spa/${name}`)).body))).join('\n');
    expect(own).not.toMatch(/localStorage|indexedDB|document\.cookie|client_secret|response_type: 'token|id_token|innerHTML|eval\(/i);
    // The one thing that is stored is the attempt, before there are tokens.
    expect(own.match(/sessionStorage\.setItem\([^)]*\)/g)).toEqual(['sessionStorage.setItem(ATTEMPT, JSON.stringify(attempt)']);
  });

  it('C-BFF-06: there is no flow by postMessage, here or on any page: nobody sends or hears a message', async () => {
    const { app, browser } = await startClient();
    const bodies = await Promise.all(['/spa', ...SCRIPTS.map((name) => `/spa/${name}`)].map(async (url) => (await app.inject(url)).body));
    await browser.connect();
    await browser.follow();
    for (const body of [...bodies, ...browser.answers.map((answer) => answer.body)])
      expect(body).not.toMatch(/postMessage|['"]message['"]|onmessage|window\.opener|BroadcastChannel|<iframe/);
  });

  it('C-TOK-10: what a renewal brings after the end is not kept, but given back', async () => {
    const { app, authorizationServer, resourceServer } = await startClient();
    const folder = await mkdtemp(join(tmpdir(), 'rolecall-spa-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const text = (await app.inject('/spa/connection.js')).body.replace('/spa/oauth4webapi.js', import.meta.resolve('oauth4webapi'));
    await writeFile(join(folder, 'connection.js'), text);
    vi.stubGlobal('sessionStorage', memoryStorage());
    onTestFinished(() => void vi.unstubAllGlobals());
    const { createConnection } = (await import(join(folder, 'connection.js'))) as { createConnection: (settings: object) => SpaConnection };
    const { issuer } = authorizationServer;
    const redirectUri = 'http://localhost:4002/spa/callback';
    const connection = createConnection({
      issuer,
      clientId: 'sample-spa',
      resource: resourceServer.resource,
      redirectUri,
      scope: 'notes:read',
    });
    const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    rotateTokens(authorizationServer, async () => {
      asked.resolve();
      await answered.promise;
      return undefined;
    });
    const state = new URL(await connection.begin()).searchParams.get('state') ?? '';
    await connection.finish(new URL(`${redirectUri}?${new URLSearchParams({ code: 'a-code', state, iss: issuer })}`));
    const renewal = connection.renew().catch((error: Error) => error.constructor.name);
    await asked.promise;
    await connection.end();
    answered.resolve();
    expect(await renewal).toBe('DisconnectedError');
    expect(connection.facts()).toBeUndefined();
    expect(authorizationServer.revoked()).toEqual(['null rt-0', 'null rt-1']);
  });

  it('other pages stay without scripts', async () => {
    const { app } = await startClient();
    for (const path of ['/', '/logged-out', '/sign-in/denied', '/nothing']) {
      const page = await app.inject(path);
      expect(page.headers['content-security-policy']).not.toContain('script-src');
      expect(page.body).not.toContain('<script');
    }
  });

  it('is not there in production, unless it is said as whom it asks', async () => {
    const { app } = await startClient({
      NODE_ENV: 'production',
      BASE_URL: 'https://client.example',
      ISSUER: 'https://as.example',
      RESOURCE: 'https://api.example',
      CLIENT_SECRET: 'a-secret-of-its-own',
      REDIS_URL: 'redis://localhost',
      TRUSTED_PROXIES: '127.0.0.1',
    });
    for (const path of ['/spa', '/spa/callback', '/spa/main.js']) expect((await app.inject(path)).statusCode).toBe(404);
    expect(readConfig({ SPA_CLIENT_ID: 'another' }).SPA_CLIENT_ID).toBe('another');
  });
});
