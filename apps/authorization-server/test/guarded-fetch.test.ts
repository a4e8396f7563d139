import dns from 'node:dns';
import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer } from 'node:net';
import { type Lookup, lookupIn } from '@rolecall/service-kit/addresses/guarded-lookup';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createGuardedFetch, FetchRefusedError } from '../src/fetch/guarded-fetch.ts';
import { startPeer } from './support/client-assertion.ts';

/** A resolver that has this address for every name. */
function resolvesTo(address: string): { lookup: Lookup; asked: string[] } {
  const asked: string[] = [];
  const lookup = (hostname: string, _options: object, callback: (error: null, addresses: object[]) => void) => {
    asked.push(hostname);
    callback(null, [{ address, family: address.includes(':') ? 6 : 4 }]);
  };
  return { lookup: lookup as unknown as Lookup, asked };
}

it.each([
  'http://client.example/jwks',
  'ftp://client.example/jwks',
  'file:///etc/passwd',
  'data:application/json,{}',
  'https://user:pass@client.example/',
  'https://127.0.0.1/',
  'https://127.1/',
  'https://2130706433/',
  'https://0x7f.0.0.1/',
  'https://0177.0.0.1/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:7f00:1]/',
  'https://169.254.169.254/latest/meta-data',
  'https://10.0.0.1/',
  'https://[fd00:ec2::254]/',
  'https://0/',
  'http://localhost/',
  'http://127.0.0.1:80/',
  'jwks',
  '',
])('SEC-36 AS-REG-10: %s is not asked', async (url) => {
  const { lookup, asked } = resolvesTo('1.1.1.1');
  await expect(createGuardedFetch({ allowLoopback: false, lookup })(url)).rejects.toBeInstanceOf(FetchRefusedError);
  expect(asked).toEqual([]);
});

it.each(['127.0.0.1', '::1', '10.0.0.1', '169.254.169.254', '::ffff:169.254.169.254', 'fd00::1'])(
  'SEC-36: a name that leads to %s is not connected to',
  async (address) => {
    const { lookup, asked } = resolvesTo(address);
    await expect(createGuardedFetch({ allowLoopback: false, lookup })('https://client.example/jwks')).rejects.toThrow('public address');
    expect(asked).toEqual(['client.example']);
  },
);

it('SEC-36: a name with one private address among public ones is not connected to', async () => {
  const lookup = ((_hostname: string, _options: object, callback: (error: null, addresses: object[]) => void) =>
    callback(null, [
      { address: '1.1.1.1', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ])) as unknown as Lookup;
  await expect(createGuardedFetch({ allowLoopback: false, lookup })('https://client.example/jwks')).rejects.toThrow('public address');
});

it('SEC-36: a name that changes its mind gains nothing: the one lookup there is, is the one that is checked', async () => {
  let connections = 0;
  const inside = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void inside.close());
  const { port } = inside.address() as AddressInfo;
  const { lookup, asked } = resolvesTo('127.0.0.1');
  const fetch = createGuardedFetch({ allowLoopback: false, lookup });
  for (let time = 1; time <= 3; time++) {
    await expect(fetch(`https://rebinding.example:${port}/`)).rejects.toThrow('public address');
    expect(asked).toHaveLength(time);
  }
  expect(connections).toBe(0);
});

it('SEC-36: a name is asked of the DNS, and never waits in the threads that hash passwords', async () => {
  const ofTheSystem = vi.spyOn(dns, 'lookup');
  onTestFinished(() => ofTheSystem.mockRestore());
  await expect(createGuardedFetch({ allowLoopback: true })('https://name.invalid/')).rejects.toThrow();
  expect(ofTheSystem).not.toHaveBeenCalled();
});

it('SEC-36: a name server that does not answer is not waited for', async () => {
  const silent = createSocket('udp4');
  await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => void silent.close());
  const resolver = new dns.promises.Resolver({ timeout: 100, tries: 1 });
  resolver.setServers([`127.0.0.1:${silent.address().port}`]);
  const before = performance.now();
  await expect(createGuardedFetch({ allowLoopback: false, lookup: lookupIn(resolver) })('https://client.example/')).rejects.toThrow();
  expect(performance.now() - before).toBeLessThan(3_000);
});

it('SEC-36: addresses of both families are looked at, and one family is enough', async () => {
  const none = () => Promise.reject(new Error('no such record'));
  const found = (resolver: object) =>
    new Promise((resolve) => lookupIn(resolver as never)('client.example', { all: true }, (_error, addresses) => resolve(addresses)));
  const four = async () => ['1.1.1.1'];
  const six = async () => ['fd00::1'];
  expect(await found({ resolve4: four, resolve6: six })).toEqual([
    { address: '1.1.1.1', family: 4 },
    { address: 'fd00::1', family: 6 },
  ]);
  expect(await found({ resolve4: none, resolve6: six })).toEqual([{ address: 'fd00::1', family: 6 }]);
  const fetch = createGuardedFetch({ allowLoopback: false, lookup: lookupIn({ resolve4: four, resolve6: six } as never) });
  await expect(fetch('https://client.example/')).rejects.toThrow('public address');
});

it('SEC-36: where loopback is allowed, only by its own names', async () => {
  const peer = await startPeer(() => ({ body: '{"fine":true}' }));
  const port = new URL(peer.url).port;
  const { lookup } = resolvesTo('127.0.0.1');
  const fetch = createGuardedFetch({ allowLoopback: true, lookup });
  expect(await fetch(peer.url)).toEqual({ fine: true });
  expect(await fetch(`http://localhost:${port}/`)).toEqual({ fine: true });
  await expect(fetch(`https://inside.example:${port}/`)).rejects.toThrow('public address');
  await expect(fetch(`http://inside.example:${port}/`)).rejects.toThrow('https');
  const elsewhere = createGuardedFetch({ allowLoopback: true, lookup: resolvesTo('10.0.0.1').lookup });
  await expect(elsewhere(`http://localhost:${port}/`)).rejects.toThrow('public address');
});

it.each([301, 302, 303, 307, 308, 201, 204, 404, 500])('SEC-36: %s is no answer, and no redirect is followed', async (status) => {
  const target = await startPeer(() => ({ body: '{}' }));
  const peer = await startPeer(() => ({ status, headers: { location: target.url }, body: status === 204 ? '' : '{}' }));
  await expect(createGuardedFetch({ allowLoopback: true })(peer.url)).rejects.toBeInstanceOf(FetchRefusedError);
  expect(target.requests).toBe(0);
});

it('SEC-36: an answer of 64 kB is too large, whether it says so or not', async () => {
  const body = JSON.stringify({ padding: 'x'.repeat(70_000) });
  const told = await startPeer(() => ({ headers: { 'content-length': String(body.length) }, body }));
  const untold = await startPeer(() => ({ headers: { 'transfer-encoding': 'chunked' }, body }));
  for (const peer of [told, untold]) await expect(createGuardedFetch({ allowLoopback: true })(peer.url)).rejects.toThrow(/size/i);
});

it('SEC-36: an answer that does not come, or comes drop by drop, is not waited for', async () => {
  const fetch = createGuardedFetch({ allowLoopback: true });
  const open = async (onConnection: (write: (text: string) => void) => NodeJS.Timeout | undefined) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      const timer = onConnection((text) => void socket.write(text));
      socket.on('close', () => clearInterval(timer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };
  const silent = await open(() => undefined);
  const slow = await open((write) => {
    write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
    return setInterval(() => write(' '), 100);
  });
  const before = performance.now();
  const outcomes = await Promise.allSettled([fetch(silent), fetch(slow)]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(performance.now() - before).toBeLessThan(6_000);
});
