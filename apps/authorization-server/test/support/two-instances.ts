import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance, InjectOptions } from 'fastify';

/**
 * Two instances behind a round-robin proxy, to be used like one: each request goes to the other one than the request before.
 * What a request changes has spread before the next one comes, as it has within a second; tests of that second speak to an instance itself.
 */
export function behindProxy(...instances: [FastifyInstance, FastifyInstance]): FastifyInstance {
  const [first] = instances;
  let turn = 0;
  const next = (): FastifyInstance => instances[turn++ % 2] as FastifyInstance;
  const spread = async () => {
    await Promise.all(instances.map((instance) => instance.audit.flush()));
    await Promise.all(instances.map((instance) => instance.changeFeed.poll()));
  };

  const inject = async (options: InjectOptions | string) => {
    const response = await next().inject(options);
    const method = typeof options === 'string' ? 'GET' : (options.method ?? 'GET');
    // While a test keeps the database away, nothing can have been changed.
    if (method !== 'GET') await spread().catch(() => {});
    return response;
  };
  const server = createServer((request, response) => next().routing(request, response));
  const listen = ({ host, port }: { host: string; port: number }) =>
    new Promise<string>((resolve) => server.listen(port, host, () => resolve(`http://${host}:${(server.address() as AddressInfo).port}`)));
  const close = async () => {
    server.closeAllConnections();
    server.close();
    for (const instance of [...instances].reverse()) await instance.close();
  };
  const changed: Partial<Record<string | symbol, unknown>> = {
    inject,
    server,
    listen,
    close,
    changeFeed: { ...first.changeFeed, poll: spread },
  };
  return new Proxy(first, { get: (target, name) => changed[name] ?? Reflect.get(target, name, target) });
}
