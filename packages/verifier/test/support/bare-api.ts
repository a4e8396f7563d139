import { reservePort } from '@rolecall/testing/reserved-ports';
import Fastify from 'fastify';
import { createRemoteJWKSet, jwtVerify } from 'jose';

export interface BareApi {
  resource: string;
  close(): Promise<void>;
}

/** A resource server as many are: a framework, a library for JWTs, and no feature that it could do without. */
export async function startBareApi(issuer: string): Promise<BareApi> {
  const { port, release } = await reservePort();
  const resource = `http://localhost:${port}`;
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`), { cooldownDuration: 1_000, timeoutDuration: 1_000 });
  const app = Fastify({ forceCloseConnections: true });

  app.get('/orders', async ({ headers }, reply) => {
    const [scheme, token] = headers.authorization?.split(' ') ?? [];
    if (scheme?.toLowerCase() !== 'bearer') return reply.code(401).header('www-authenticate', 'Bearer realm="orders"').send();
    try {
      const { payload } = await jwtVerify(token ?? '', keys, { issuer, audience: resource, typ: 'at+jwt', requiredClaims: ['exp'] });
      if (!String(payload['scope']).split(' ').includes('orders'))
        return reply.code(403).header('www-authenticate', 'Bearer error="insufficient_scope", scope="orders"').send();
      return { orders: [] };
    } catch (error) {
      if (['ERR_JWKS_TIMEOUT', 'ERR_JOSE_GENERIC'].includes((error as { code?: string }).code ?? '')) return reply.code(503).send();
      return reply.code(401).header('www-authenticate', 'Bearer error="invalid_token"').send();
    }
  });
  await release();
  await app.listen({ host: 'localhost', port });
  return { resource, close: () => app.close() };
}
