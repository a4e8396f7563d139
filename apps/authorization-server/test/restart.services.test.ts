import { freePort } from '@rolecall/test-services/free-ports';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { authorizeUrl } from './support/flow.ts';
import { failure, processStores as stores, startAndListen } from './support/process.ts';

describe('the authorization server on Postgres and Redis', () => {
  it('refuses production on a database that was seeded for development, and on one without migrations', async () => {
    const [port, schema] = [String(await freePort()), `test_${randomBytes(6).toString('hex')}`];
    const seeded = await startAndListen({ PORT: port, ...stores(schema) });
    seeded.child.kill('SIGTERM');
    await seeded.exit;
    const production = {
      NODE_ENV: 'production',
      PORT: port,
      ISSUER: 'https://as.example',
      TRUSTED_PROXIES: '127.0.0.1',
      KEY_ENCRYPTION_KEY: 'k'.repeat(43),
    };
    const refusal = await failure({ ...production, ...stores(schema) });
    for (const name of ['sample-client', 'alice']) expect(refusal).toContain(`"${name}"`);
    expect(await failure({ ...production, ...stores() })).toMatch(/cannot start: the database lacks \d+ migration/);
  });

  it('killed between login and consent, and started again, it loses neither the session nor the request', async () => {
    const environment = { PORT: String(await freePort()), KEY_ENCRYPTION_KEY: 'k'.repeat(43), ...stores() };
    const issuer = { ISSUER: `http://localhost:${environment.PORT}` };
    const first = await startAndListen({ ...environment, ...issuer });
    const cookies = new Map<string, string>();
    const send = async (path: string, form?: Record<string, string>) => {
      const response = await fetch(first.url + path, {
        redirect: 'manual',
        headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
        ...(form && { method: 'POST', body: new URLSearchParams(form) }),
      });
      for (const cookie of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) as unknown as [string, string, string];
        cookies.set(name, value);
      }
      return response;
    };
    const fieldsOf = (html: string) =>
      Object.fromEntries(
        [...html.matchAll(/<input type="(?:hidden|checkbox)"(?: id="[^"]*")? name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [
          name,
          value,
        ]),
      );

    const toLogin = await send(authorizeUrl());
    const login = fieldsOf(await (await send(toLogin.headers.get('location') as string)).text());
    const loggedIn = await send('/login', { ...login, username: 'alice', password: 'wonderland' });
    const toConsent = await send(loggedIn.headers.get('location') as string);

    first.child.kill('SIGKILL');
    await first.exit;
    await startAndListen({ ...environment, ...issuer });

    const page = await (await send(toConsent.headers.get('location') as string)).text();
    expect(page).toContain('Allow Sample client?');
    const decided = await send('/consent', { ...fieldsOf(page), decision: 'approve' } as Record<string, string>);
    const answer = await send(decided.headers.get('location') as string);
    expect(answer.headers.get('location')).toMatch(/^http:\/\/localhost:4002\/callback\?code=rc_ac_.*&state=the-state&iss=/);
  });
});
