import { REVOCATIONS_TYPE, type Revocation } from '@rolecall/contracts/revocations';
import { createMovableClock, type MovableClock } from '@rolecall/storage/test-support/movable-clock';
import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify';
import { resourceGuard, type ResourceGuardOptions } from '../../src/fastify-plugin.ts';
import { answer, type FakeAuthorizationServer, startAuthorizationServer } from '../../test-support/authorization-server.ts';

export const RESOURCE = 'https://api.example/v1';
export const INTROSPECTION = { clientId: 'the api', clientSecret: 'a+secret:with/odd characters' };

/** An API of somebody else's, as small as can be, and an authorization server that the test controls. */
export interface GuardedApi {
  app: FastifyInstance;
  authorizationServer: FakeAuthorizationServer;
  clock: MovableClock;
  /** What the feed of revocations says from now on, and, for each time it was asked, since when. */
  feed: { revocations: Revocation[]; asked: (string | null)[] };
  /** What introspection says of a token from now on, and the requests that came. */
  introspection: { answers: Map<string, unknown>; asked: { token: string; authorization: string; accept: string }[] };
  get(path: string, token?: string): Promise<LightMyRequestResponse>;
  close(): Promise<void>;
}

/** Routes: `/read` and `/write` need the scope of that name, `/recent` a login of at most a minute ago, `/strong` one with `acr` mfa or phr, `/both` all of it. */
export async function startGuardedApi(options: Partial<ResourceGuardOptions> & { feed?: boolean } = {}): Promise<GuardedApi> {
  const { feed: hasFeed = true, ...guardOptions } = options;
  const clock = createMovableClock();
  const authorizationServer = await startAuthorizationServer(clock, RESOURCE);
  const { origin } = new URL(authorizationServer.issuer);
  const feed: GuardedApi['feed'] = { revocations: [], asked: [] };
  const introspection: GuardedApi['introspection'] = { answers: new Map(), asked: [] };
  authorizationServer.metadata['introspection_endpoint'] = `${origin}/introspect`;
  authorizationServer.behave('/introspect', (response, { body, headers }) => {
    const token = new URLSearchParams(body).get('token') ?? '';
    introspection.asked.push({ token, authorization: headers.authorization ?? '', accept: headers.accept ?? '' });
    const said = introspection.answers.get(token) ?? { active: false };
    if (typeof said === 'string') response.end(said);
    else answer(response, 200, said);
  });
  if (hasFeed) authorizationServer.metadata['revocations_uri'] = `${origin}/revocations`;
  authorizationServer.behave('/revocations', (response, { url }) => {
    feed.asked.push(new URLSearchParams(url.split('?')[1]).get('since'));
    const now = Math.floor(clock.now() / 1000);
    const claims = { iss: authorizationServer.issuer, iat: now, exp: now + 60, revocations: feed.revocations };
    void authorizationServer.sign(claims, REVOCATIONS_TYPE).then((jwt) => response.end(jwt));
  });

  const app = Fastify();
  await app.register(resourceGuard, {
    issuer: authorizationServer.issuer,
    resource: RESOURCE,
    name: 'An API',
    realm: 'api',
    scopes: ['read', 'write'],
    clock,
    ...guardOptions,
  });
  const who = async ({ accessToken }: { accessToken: { subject: string } }) => ({ subject: accessToken.subject });
  app.get('/read', { onRequest: app.requireScopes('read') }, who);
  app.get('/write', { onRequest: app.requireScopes(['write']) }, who);
  app.get('/recent', { onRequest: app.requireScopes('read', { maxAge: 60 }) }, who);
  app.get('/strong', { onRequest: app.requireScopes('read', { acrValues: ['mfa', 'phr'] }) }, who);
  app.get('/both', { onRequest: app.requireScopes('write', { acrValues: ['mfa'], maxAge: 60 }) }, who);
  app.get('/open', async () => 'everybody');
  await app.ready();

  return {
    app,
    authorizationServer,
    clock,
    feed,
    introspection,
    get: async (url, token) => app.inject({ url, ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }) }),
    close: async () => {
      await app.close();
      await authorizationServer.close();
    },
  };
}
