import type { Socket } from 'node:net';
import { type ReservedPort, reservePort } from '@rolecall/testing/reserved-ports';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { challengesFor } from './challenge.ts';
import { createProofs, PROOF_ALGORITHMS } from './dpop.ts';
import type { Fault, Faults } from './faults.ts';
import { createIntrospection } from './introspection.ts';
import { createIssuer } from './issuer.ts';
import { type Claims, readJwt } from './jwt.ts';
import { type Needs, requireAll } from './needs.ts';
import { createSessions, refuseOrigin } from './mcp.ts';
import { presentedToken } from './presented-token.ts';
import { Breakdown, Refusal } from './refusal.ts';

export interface SmallApi {
  resource: string;
  close(): Promise<void>;
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const METADATA = '/.well-known/oauth-protected-resource';

interface StartOptions {
  faults?: readonly Fault[];
  /** It is an MCP server: it has sessions, and looks at origins. */
  mcp?: boolean;
  /** It takes bound tokens only. */
  boundOnly?: boolean;
  /** It asks its issuer about tokens that it cannot read. */
  introspects?: boolean;
  /** Where it listens, when that has to be known before. */
  at?: ReservedPort;
}

/** A resource server that does everything right but for its faults. Nothing of this project's guard is in it. */
export async function startSmallApi(issuer: string, options: StartOptions): Promise<SmallApi> {
  const { faults = [], mcp = false, boundOnly = false, introspects = true, at } = options;
  const { port, release } = at ?? (await reservePort());
  const resource = `http://localhost:${port}`;
  const app = buildSmallApi({ issuerName: issuer, resource, faults: new Set(faults), mcp, boundOnly, introspects });
  await release();
  await app.listen({ host: 'localhost', port });
  return { resource, close: () => app.close() };
}

interface Options {
  issuerName: string;
  resource: string;
  faults: Faults;
  mcp: boolean;
  boundOnly: boolean;
  introspects: boolean;
}

function buildSmallApi(options: Options): FastifyInstance {
  const { faults } = options;
  const app = Fastify({ forceCloseConnections: true });
  const judge = createJudge(options);
  const sessions = createSessions(faults);

  const known = new WeakSet<Socket>();
  const isRemembered = ({ headers, raw }: FastifyRequest): boolean =>
    (faults.has('sessionCookie') && headers.cookie === 'session=known') ||
    (faults.has('connectionKnown') && headers.authorization === undefined && known.has(raw.socket));

  const operation = (method: 'GET' | 'POST', url: string, needs: Needs): void => {
    app.route({
      method,
      url,
      handler: async (request, reply) => {
        const handle = request.headers['mcp-session-id'];
        try {
          if (options.mcp) refuseOrigin(request, faults);
          if (faults.has('sessionOpens') && handle !== undefined) return { notes: [] };
          if (!isRemembered(request)) {
            const claims = await judge(request);
            requireAll(claims, needs, options);
            if (options.mcp) reply.header('mcp-session-id', sessions.of(claims, handle));
          }
        } catch (error) {
          return refuse(error, reply, needs, options);
        }
        reply.header('cache-control', faults.has('storedByAnybody') ? 'public, max-age=60' : 'no-store');
        if (faults.has('sessionCookie')) reply.header('set-cookie', 'session=known; HttpOnly');
        known.add(request.raw.socket);
        return { notes: [] };
      },
    });
  };
  operation('GET', '/notes', { scope: 'notes:read', users: true });
  operation('POST', '/notes', { scope: 'notes:write' });
  operation('GET', '/recent', { scope: 'notes:read', acr: 'mfa', maxAge: 60 });
  operation('GET', '/details', { scope: 'notes:read', detail: 'note' });
  app.addHook('onRequest', async (_request, reply) => void reply.header('access-control-allow-origin', '*'));
  app.options('/*', async (_request, reply) =>
    reply
      .code(faults.has('preflightNeedsToken') ? 401 : 204)
      .header('access-control-allow-headers', 'authorization, dpop, content-type')
      .send(),
  );
  const metadata = metadataOf(options);
  app.get(METADATA, async () => metadata);
  if (faults.has('metadataForAnything')) app.get(`${METADATA}/*`, async () => metadata);
  return app;
}

/** What the token of a request says, when it is good. */
function createJudge({ issuerName, resource, faults, boundOnly, introspects }: Options): (request: FastifyRequest) => Promise<Claims> {
  const issuer = createIssuer(issuerName, faults);
  const introspect = createIntrospection({ issuer, audience: resource, faults });
  const prove = createProofs(resource, faults);
  return async (request) => {
    const { scheme, token } = presentedToken(request, faults);
    const parts = token.split('.').length;
    if (parts !== 3 && parts !== 1 && faults.has('malformedIsError')) throw new Breakdown('it has other parts');
    const read = (): Promise<Claims> => readJwt(token, { issuer, name: issuerName, audience: resource, faults });
    const claims = await (parts === 3 || !introspects ? read() : introspect(token)).catch((error: unknown) => {
      throw error instanceof Refusal ? new Refusal(error.status, error.code, { scheme }) : error;
    });
    if (scheme === 'DPoP') await prove(request, token, claims);
    else if ((claims['cnf'] !== undefined && !faults.has('boundAsBearer')) || (boundOnly && !faults.has('unboundAccepted')))
      throw new Refusal(401, 'invalid_token');
    return claims;
  };
}

function refuse(error: unknown, reply: FastifyReply, { scope }: Needs, { resource, faults }: Options): FastifyReply {
  if (!(error instanceof Refusal)) return reply.code(500).send({ error: 'server_error' });
  const metadata = faults.has('challengeLeadsAstray') ? `${resource}/nothing` : `${resource}${METADATA}`;
  if (error.status !== 503 && !faults.has('noChallenge'))
    reply.header('www-authenticate', challengesFor(error, { scope, metadata, faults }));
  return reply.code(error.status).send({ error: error.code });
}

function metadataOf({ issuerName, resource, faults, boundOnly }: Options): object {
  return {
    resource: faults.has('metadataOfAnother') ? 'https://another.example' : resource,
    authorization_servers: [issuerName],
    scopes_supported: ['notes:read', 'notes:write'],
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
    ...(boundOnly && { dpop_bound_access_tokens_required: true }),
    ...(faults.has('signedForAnybody') && { signed_metadata: `${part({ alg: 'ES256' })}.${part({ resource })}.AAAA` }),
    ...(faults.has('emptyLists') && { authorization_details_types_supported: [] }),
  };
}
