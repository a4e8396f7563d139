import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAuthorizationServer } from '../src/authorization-server/verify.ts';
import type { Report } from '../src/report.ts';
import { renderHtml } from '../src/reporters/html/page.ts';
import { renderJson } from '../src/reporters/json.ts';
import { renderJunit } from '../src/reporters/junit.ts';
import { renderTerminal } from '../src/reporters/terminal.ts';

const given = { password: 'wönder/land+"1"', secret: 'fixed&secret<%>:1', initial: 'initial-token/of+all' };
const issued = { secret: 'issued-secret-0123456789', token: 'issued-token-9876543210', code: 'issued-code-abcdefghijkl' };

/** As careless servers, proxies and error pages write what they were sent. */
const writings: Record<string, (value: string) => string> = {
  plain: (value) => value,
  percent: (value) => encodeURIComponent(value),
  'percent, in small letters': (value) => encodeURIComponent(value).replace(/%../g, (octet) => octet.toLowerCase()),
  form: (value) => new URLSearchParams({ '': value }).toString().slice(1),
  JSON: (value) => JSON.stringify(value),
  'JSON by numbers': (value) => value.replace(/[^\w]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  page: (value) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  base64: (value) => Buffer.from(value).toString('base64'),
  'base64, after one byte': (value) => Buffer.from(`:${value}`).toString('base64'),
  'base64, after two bytes': (value) => Buffer.from(`::${value}`).toString('base64'),
  base64url: (value) => Buffer.from(value).toString('base64url'),
  hexadecimal: (value) => Buffer.from(value).toString('hex'),
};
const secrets = [...Object.values(given), ...Object.values(issued)];
/** Of those that are issued, the ones that were. */
const told = new Set<string>(Object.values(given));

/** All that it was ever told, and has told, is in all that it says. */
let address = '';
const server = createServer(async (request, response) => {
  await text(request);
  const { pathname } = new URL(request.url ?? '/', address);
  const echo = Object.values(writings).flatMap((write) => [...told].map(write));
  const header = Buffer.from(echo.join(' '), 'utf8')
    .toString('latin1')
    .replaceAll(/[\r\n]/g, '');
  const json = (status: number, value: object): void => {
    const body = { ...value, error_description: echo.join(' '), nested: { [`x`]: echo } };
    const challenge = `Bearer error="invalid_token", error_description="${given.password} ${given.secret}"`;
    response
      .writeHead(status, {
        'content-type': 'application/json',
        'x-echo': header,
        'www-authenticate': Buffer.from(challenge).toString('latin1'),
      })
      .end(JSON.stringify(body));
  };
  if (pathname.startsWith('/.well-known/'))
    return json(200, {
      issuer: address,
      authorization_endpoint: `${address}/authorize`,
      token_endpoint: `${address}/token`,
      registration_endpoint: `${address}/register`,
      revocation_endpoint: `${address}/revoke`,
      response_types_supported: ['code'],
      token_endpoint_auth_methods_supported: [given.password],
    });
  if (pathname === '/register') told.add(issued.secret);
  if (pathname === '/register') return json(201, { client_id: given.password, client_secret: issued.secret });
  if (pathname === '/login') {
    told.add(issued.code);
    const location = `https://client.example/callback?code=${issued.code}&error_description=${encodeURIComponent(given.password)}&state=${Buffer.from(given.password).toString('base64url')}`;
    return response.writeHead(303, { location, 'set-cookie': `sid=${encodeURIComponent(given.password)}` }).end();
  }
  if (pathname === '/authorize')
    return response
      .writeHead(200, { 'content-type': 'text/html' })
      .end(
        `<h1>${echo.join(' ')}</h1><form method="post" action="/login"><input name="username"><input type="password" name="password"></form>`,
      );
  // Cut off in the midst of a secret, where a text is cut off after 200 or 300 characters.
  if (pathname === '/token') {
    told.add(issued.token);
    return json(400, {
      access_token: issued.token,
      error: given.secret,
      padding: 'x'.repeat(170),
      more: `${'y'.repeat(60)}${issued.token}`,
    });
  }
  return json(200, { access_token: issued.token });
});

let report: Report;
beforeAll(async () => {
  server.listen(0, 'localhost');
  await once(server, 'listening');
  address = `http://localhost:${(server.address() as AddressInfo).port}`;
  const web = {
    client_id: 'web',
    client_secret: given.secret,
    token_endpoint_auth_method: 'client_secret_post' as const,
    redirect_uris: ['https://client.example/callback'],
  };
  report = await verifyAuthorizationServer({
    issuer: address,
    clients: { web },
    initialAccessToken: given.initial,
    user: { username: 'alice', password: given.password },
    only: ['AS-META', 'AS-AUTHZ', 'AS-CODE', 'AS-TOKEN', 'AS-REG', 'AS-REV', 'AS-GEN'],
  });
}, 60_000);
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('what no report tells, however a server writes it into its answers', () => {
  const renderings: Record<string, () => string> = {
    because: () => report.results.flatMap(({ because, trials }) => [because, ...trials.map((trial) => trial.because)]).join('\n'),
    JSON: () => renderJson(report),
    JUnit: () => renderJunit(report),
    HTML: () => renderHtml(report),
    terminal: () => renderTerminal(report),
  };

  it.each(Object.keys(renderings))('in %s', (name) => {
    const rendered = renderings[name]?.() ?? '';
    expect(rendered.length).toBeGreaterThan(1_000);
    const found = secrets.flatMap((secret) =>
      Object.entries(writings).flatMap(([writing, write]) => {
        const core = writing.startsWith('base64') ? write(secret).slice(4, -4) : write(secret);
        return [core, JSON.stringify(core).slice(1, -1)].some((each) => rendered.includes(each)) ? [`${secret}, ${writing}`] : [];
      }),
    );
    expect(found).toEqual([]);
  });

  it('is not a part of one either, where a body was cut off', () => {
    for (const secret of secrets) expect(JSON.stringify(report)).not.toContain(secret.slice(0, 12));
  });

  it('shows exchanges all the same', () => {
    expect(report.results.filter(({ trials }) => trials.some(({ exchanges }) => exchanges.length > 0)).length).toBeGreaterThan(10);
  });
});
