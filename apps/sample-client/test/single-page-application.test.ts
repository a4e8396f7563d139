import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';
import { startClient } from './support/client.ts';

const SCRIPTS = ['main.js', 'connection.js', 'note-item.js', 'oauth4webapi.js'];

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
