import Fastify from 'fastify';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { onTestFinished } from 'vitest';

export interface OtherApi {
  /** Who has asked for notes: the subject and the client of each token that was good. */
  callers: { subject: string | undefined; clientId: unknown }[];
}

/** Starts somebody else's API, until the end of the test: Fastify and jose, nothing of ours, and no metadata of its own. */
export async function startOtherApi({ resource, issuer }: { resource: string; issuer: string }): Promise<OtherApi> {
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
  const callers: OtherApi['callers'] = [];
  const api = Fastify();
  api.get('/notes', async (request, reply) => {
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    try {
      const { payload } = await jwtVerify(token, keys, { issuer, audience: resource, typ: 'at+jwt', requiredClaims: ['sub', 'exp'] });
      callers.push({ subject: payload.sub, clientId: payload['client_id'] });
    } catch {
      return reply.code(401).header('www-authenticate', 'Bearer realm="somebody else"').send();
    }
    return { notes: [{ id: 'one', title: 'From elsewhere', body: '', created_at: '2026-01-01T00:00:00Z' }] };
  });
  await api.listen({ host: 'localhost', port: Number(new URL(resource).port) });
  onTestFinished(() => api.close());
  return { callers };
}
