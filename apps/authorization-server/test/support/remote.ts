import type { FastifyInstance, InjectOptions } from 'fastify';
import type { Reachable } from './flow.ts';

/** Processes that listen, behind a round robin: to be used with the same flows as a server in this process. */
export function remote(urls: readonly string[]): Reachable {
  let turn = 0;
  const inject = async (options: InjectOptions | string) => {
    const { method = 'GET', url, headers, payload } = typeof options === 'string' ? { url: options } : options;
    const response = await fetch(`${urls[turn++ % urls.length]}${String(url)}`, {
      method,
      redirect: 'manual',
      headers: headers as Record<string, string>,
      ...(payload !== undefined && { body: String(payload) }),
    });
    const body = await response.text();
    const cookies = response.headers.getSetCookie().map((cookie) => {
      const [pair = '', ...attributes] = cookie.split('; ');
      const [name = '', value = ''] = pair.split('=', 2);
      return { name, value, ...(attributes.includes('Max-Age=0') && { maxAge: 0 }) };
    });
    const location = response.headers.get('location');
    return {
      statusCode: response.status,
      headers: { ...Object.fromEntries(response.headers), ...(location !== null && { location }) },
      body,
      cookies,
      json: () => JSON.parse(body) as unknown,
    };
  };
  return { app: { inject } as unknown as FastifyInstance };
}
