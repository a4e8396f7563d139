import { createHash, generateKeyPairSync, type KeyObject, randomBytes, randomUUID, sign, timingSafeEqual } from 'node:crypto';
import formbody from '@fastify/formbody';
import Fastify, { type FastifyRequest } from 'fastify';
import { Redis } from 'ioredis';
import { createStage, resources, SCOPE } from '../stage.ts';

// What a server cannot leave out, and nothing besides: it knows clients by their secrets, makes tokens, and keeps codes and tokens in Redis. It checks no scope and
// no address, limits nothing, logs nothing, remembers nothing for good, and sends no header that is not needed. PORT and REDIS_URL say where. Sends the cookies
// of its sessions when it listens, and ends with the process that started it.
const LIFETIME_SECONDS = 600;
const DAY_SECONDS = 86_400;
const stage = createStage();
// Commands that are sent at once go out together, as ours do.
const redis = new Redis(process.env['REDIS_URL'] as string, { enableAutoPipelining: true });
const clients = [...stage.webClients, ...stage.serviceClients, ...stage.resourceServers];
const secretHashes = new Map(clients.map(({ id, secret }) => [id, sha256(secret)]));
const keys = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  RS256: generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey,
};

interface Granted {
  sub: string;
  client_id: string;
  challenge: string;
  resource: string;
}

const app = Fastify();
await app.register(formbody);

app.get('/authorize', async (request, reply) => {
  const asked = new URLSearchParams(request.raw.url?.split('?')[1]);
  const sub = await redis.get(`session:${request.headers.cookie}`);
  if (sub === null) return reply.code(401).send();
  const code = randomBytes(32).toString('base64url');
  const granted: Granted = {
    sub,
    client_id: asked.get('client_id') ?? '',
    challenge: asked.get('code_challenge') ?? '',
    resource: asked.get('resource') ?? '',
  };
  await keep('code', code, granted, 60);
  const location = new URLSearchParams({ code, state: asked.get('state') ?? '', iss: stage.issuer });
  return reply
    .code(303)
    .header('location', `${asked.get('redirect_uri')}?${location.toString()}`)
    .send();
});

app.post<{ Body: Record<string, string> }>('/token', async (request, reply) => {
  const client_id = clientOf(request);
  const { grant_type, resource = '', code = '', code_verifier = '', refresh_token = '' } = request.body;
  if (client_id === undefined) return reply.code(401).send();
  if (grant_type === 'client_credentials') return answer(await accessToken({ sub: client_id, client_id, resource }));
  const granted = grant_type === 'authorization_code' ? await take('code', code) : await take('refresh', refresh_token);
  const isProven = grant_type === 'refresh_token' || sha256(code_verifier).toString('base64url') === granted?.challenge;
  if (granted === undefined || granted.client_id !== client_id || !isProven) return reply.code(400).send();
  const successor = randomBytes(32).toString('base64url');
  const [token] = await Promise.all([accessToken({ ...granted, resource }), keep('refresh', successor, granted, 30 * DAY_SECONDS)]);
  return { ...answer(token), refresh_token: successor };
});

app.post<{ Body: Record<string, string> }>('/introspect', async (request, reply) => {
  if (clientOf(request) === undefined) return reply.code(401).send();
  const claims = await redis.get(keyOf('access', request.body['token'] ?? ''));
  return claims === null ? { active: false } : { active: true, ...(JSON.parse(claims) as object) };
});

await Promise.all(stage.users.map((user, index) => redis.set(`session:s=${index}`, user, 'EX', DAY_SECONDS)));
await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT']) });
process.send?.(stage.users.map((_user, index) => `s=${index}`));
process.on('disconnect', () => process.exit());

function clientOf({ headers: { authorization = '' } }: FastifyRequest): string | undefined {
  const [id = '', secret = ''] = Buffer.from(authorization.slice('Basic '.length), 'base64').toString().split(':');
  const expected = secretHashes.get(id);
  return expected !== undefined && timingSafeEqual(sha256(secret), expected) ? id : undefined;
}

/** A JWT, or a text that Redis knows the claims of. */
async function accessToken({ sub, client_id, resource: aud }: Pick<Granted, 'sub' | 'client_id' | 'resource'>): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  const claims = { iss: stage.issuer, sub, aud, client_id, iat, exp: iat + LIFETIME_SECONDS, jti: randomUUID(), scope: SCOPE };
  if (aud !== resources.opaque) return aud === resources.rs256 ? jwt('RS256', keys.RS256, claims) : jwt('ES256', keys.ES256, claims);
  const token = randomBytes(32).toString('base64url');
  await keep('access', token, claims, LIFETIME_SECONDS);
  return token;
}

/** Long enough to be one: nobody verifies the signature, which OpenSSL would have to write in another form. */
function jwt(alg: string, key: KeyObject, claims: object): string {
  const input = [{ alg, typ: 'at+jwt', kid: 'the-key' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
}

function answer(access_token: string): object {
  return { access_token, token_type: 'Bearer', expires_in: LIFETIME_SECONDS, scope: SCOPE };
}

function keyOf(kind: string, secret: string): string {
  return `${kind}:${sha256(secret).toString('base64url')}`;
}

async function keep(kind: string, secret: string, value: object, seconds: number): Promise<void> {
  await redis.set(keyOf(kind, secret), JSON.stringify(value), 'EX', seconds);
}

async function take(kind: string, secret: string): Promise<Granted | undefined> {
  const json = await redis.getdel(keyOf(kind, secret));
  return json === null ? undefined : (JSON.parse(json) as Granted);
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
