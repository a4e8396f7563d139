import { createPublicKey, type JsonWebKey } from 'node:crypto';
import fastifyJwt, { type TokenOrHeader } from '@fastify/jwt';
import { createLab } from '@rolecall/lab/lab';
import { resourceGuard } from '@rolecall/resource-guard';
import Fastify, { type FastifyInstance } from 'fastify';
import { RESOURCE, SCOPE, type Setting, type Variant } from './variants.ts';

const { VARIANT, ISSUER, KEYS } = process.env as unknown as Setting;

const app = Fastify();
const lab =
  VARIANT === 'guard with the lab on'
    ? createLab({ role: 'resource-server', peers: { 'authorization-server': ISSUER }, usualPath: '/notes' })
    : undefined;
// As the roles do it.
lab?.register(app);
const onRequest = await protect(app, VARIANT);
app.get('/notes', { ...(onRequest && { onRequest }) }, async () => ({ notes: [] }));
process.send?.(await app.listen({ host: '127.0.0.1', port: 0 }));

async function protect(app: FastifyInstance, variant: Variant) {
  if (variant === 'unguarded') return undefined;
  if (variant.startsWith('guard')) {
    const rememberSignatures = variant === 'guard that remembers signatures' ? 10_000 : 0;
    await app.register(resourceGuard, {
      issuer: ISSUER,
      resource: RESOURCE,
      name: 'Notes',
      realm: 'notes',
      scopes: [SCOPE],
      rememberSignatures,
      ...(lab && { fetch: lab.fetch }),
    });
    return app.requireScopes(SCOPE);
  }
  // As its README has it: the defaults, but for the issuer, the audience and the algorithms.
  const keys = new Map((JSON.parse(KEYS) as (JsonWebKey & { kid: string })[]).map((jwk) => [jwk.kid, pemOf(jwk)]));
  const byName = async (_request: unknown, { header }: TokenOrHeader & { header: { kid: string } }) => keys.get(header.kid) ?? '';
  const [only = ''] = keys.values();
  await app.register(fastifyJwt, {
    secret: variant === '@fastify/jwt with one key' ? { public: only } : (byName as never),
    decode: { complete: true },
    verify: { allowedIss: ISSUER, allowedAud: RESOURCE, algorithms: ['ES256', 'RS256'] },
  });
  return (request: { jwtVerify(): Promise<unknown> }) => request.jwtVerify();
}

function pemOf(jwk: JsonWebKey): string {
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
}
