import type { Lookup } from '@rolecall/service-kit/addresses/guarded-lookup';
import { describe, expect, it } from 'vitest';
import { isUsableEndpoint } from '../src/discovery/endpoint.ts';
import { createOutboundFetch } from '../src/outbound-fetch.ts';
import { startScriptedServer } from './support/scripted-server.ts';

/** The exit of a client in production, whose issuer is https://as.example, with names that resolve as the test says. */
function exit(addresses: Record<string, string> = {}, rules: { allowLoopback?: boolean; ownOrigins?: string[] } = {}) {
  const looked: string[] = [];
  const lookup = ((hostname: string, _options: object, callback: (error: Error | null, found: object[]) => void) => {
    looked.push(hostname);
    const address = addresses[hostname];
    if (address === undefined) return callback(new Error('no such name'), []);
    return callback(null, [{ address, family: address.includes(':') ? 6 : 4 }]);
  }) as unknown as Lookup;
  const limits = { timeoutSeconds: 1, maximumBytes: 65_536 };
  const send = createOutboundFetch({ ...limits, ownOrigins: ['https://as.example'], allowLoopback: false, lookup, ...rules });
  return { looked, get: (url: string) => send(url, { method: 'GET', headers: {} }) };
}

describe('addresses that somebody else chose', () => {
  it.each([
    'http://other.example/',
    'ftp://other.example/',
    'file:///etc/passwd',
    'data:application/json,{}',
    'javascript:alert(1)',
    'blob:https://as.example/1',
    'https://user:password@other.example/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://169.254.169.254/latest/meta-data',
    'https://10.0.0.1/',
    'https://192.168.1.1/',
    'http://localhost:6379/',
    '//other.example',
    'as.example',
    '',
  ])('C-DISC-10 SEC-36: %s is not asked, and no name is looked up', async (url) => {
    const { get, looked } = exit();
    await expect(get(url)).rejects.toThrow(/the address/);
    expect(looked).toEqual([]);
  });

  it.each(['10.0.0.1', '127.0.0.1', '169.254.169.254', 'fd00::1', '::ffff:192.168.0.1'])(
    'C-DISC-10 SEC-36: a name that leads to %s is not connected to',
    async (address) => {
      const { get, looked } = exit({ 'inside.example': address });
      await expect(get('https://inside.example/')).rejects.toMatchObject({ cause: { message: expect.stringContaining('public address') } });
      expect(looked).toEqual(['inside.example']);
    },
  );

  it('C-DISC-10: on a developer’s machine this machine may be named, by its own names only', async () => {
    const server = await startScriptedServer(() => ({ body: { fine: true } }));
    const { port } = new URL(server.origin);
    const inProduction = exit();
    await expect(inProduction.get(server.origin)).rejects.toThrow('must be https');
    const { get } = exit({ 'inside.example': '127.0.0.1', localhost: '127.0.0.1' }, { allowLoopback: true });
    expect(await (await get(`http://localhost:${port}/`)).json()).toEqual({ fine: true });
    await expect(get(`http://inside.example:${port}/`)).rejects.toThrow('must be https');
    await expect(get(`https://inside.example:${port}/`)).rejects.toThrow();
    expect(server.requests).toHaveLength(1);
  });

  it('C-DISC-10: where whoever runs the client has sent it, it goes; another port there is another origin', async () => {
    const [own, other] = await Promise.all([startScriptedServer(() => ({ body: 'own' })), startScriptedServer(() => ({ body: 'other' }))]);
    const { get } = exit({}, { ownOrigins: [own.origin] });
    expect(await (await get(`${own.origin}/anything`)).text()).toBe('own');
    await expect(get(other.origin)).rejects.toThrow('must be https');
    expect(other.requests).toEqual([]);
  });

  it('C-API-06: a redirect is an answer like any other, wherever it comes from', async () => {
    const target = await startScriptedServer(() => ({ body: 'secret' }));
    const server = await startScriptedServer(() => ({ status: 302, headers: { location: target.origin } }));
    for (const rules of [{ ownOrigins: [server.origin] }, { allowLoopback: true }])
      expect((await exit({}, rules).get(server.origin)).status).toBe(302);
    expect(target.requests).toEqual([]);
  });
});

describe('endpoints that metadata may name', () => {
  it.each([
    ['https://as.example', 'https://as.example/token', true],
    ['https://as.example', 'https://tokens.example/token', true],
    ['https://as.example', 'http://as.example/token', false],
    ['https://as.example', 'https://10.0.0.1/token', false],
    ['https://as.example', 'https://localhost.example@127.0.0.1/', false],
    ['https://as.example', 'https://localhost:9/', false],
    ['https://10.0.0.1', 'https://10.0.0.1/token', true],
    ['https://as.example', 'javascript:alert(1)//https://as.example', false],
    ['https://as.example', 'data:text/html,x', false],
    ['https://as.example', 'file:///etc/passwd', false],
    ['https://as.example', 'customscheme://run', false],
    ['https://as.example', '/token', false],
    ['https://as.example', 7, false],
    ['https://as.example', null, false],
    ['http://localhost:4000', 'http://localhost:4000/token', true],
    ['http://localhost:4000', 'http://as.example/token', false],
  ])('C-DISC-10 SEC-60: %s naming %s: %s', (issuer, endpoint, usable) => {
    expect(isUsableEndpoint(endpoint, issuer)).toBe(usable);
  });
});
