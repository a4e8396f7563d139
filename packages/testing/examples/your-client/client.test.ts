import { type Ecosystem, startEcosystem } from '@rolecall/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createClient, type Session } from './client.ts';

const SECRET = 'any-text-will-do';
const REDIRECT_URI = 'http://localhost:3000/callback';

let ecosystem: Ecosystem;
let client: Awaited<ReturnType<typeof createClient>>;

beforeAll(async () => {
  ecosystem = await startEcosystem({
    roles: ['authorization-server', 'resource-server'],
    clients: [{ client_id: 'your-client', client_secret: SECRET, redirect_uris: [REDIRECT_URI], scope: 'notes:read' }],
  });
  client = await createClient({
    issuer: ecosystem.issuer,
    clientId: 'your-client',
    clientSecret: SECRET,
    redirectUri: REDIRECT_URI,
    resource: ecosystem.resource,
    now: () => ecosystem.clock.now(),
  });
});
afterAll(() => ecosystem.close());
beforeEach(async () => {
  ecosystem.clock.reset();
  await ecosystem.faults.clear();
});

/** Signs alice in, as a browser would. */
async function signedIn(): Promise<Session> {
  const session: Session = {};
  const response = await ecosystem.authorize('alice', await client.signIn(session));
  await client.callback(session, response);
  return session;
}

it('shows the notes of a user who has signed in', async () => {
  const session = await signedIn();
  expect(await client.notes(session)).toEqual([]);
});

it('is told when the user refuses', async () => {
  const session: Session = {};
  const response = await ecosystem.authorize('bob', await client.signIn(session), { decision: 'deny' });
  await expect(client.callback(session, response)).rejects.toMatchObject({ error: 'access_denied' });
});

it('takes no response to a request that it has not made', async () => {
  const session: Session = {};
  const response = await ecosystem.authorize('alice', await client.signIn(session));
  response.searchParams.set('state', 'somebody-else-s');
  await expect(client.callback(session, response)).rejects.toMatchObject({
    cause: { message: expect.stringContaining('"state"') as string },
  });
});

it('takes no response that does not say who sends it', async () => {
  await ecosystem.faults.authorizationServer.activate('missing-iss');
  const session: Session = {};
  const response = await ecosystem.authorize('alice', await client.signIn(session));
  await expect(client.callback(session, response)).rejects.toMatchObject({
    cause: { message: expect.stringContaining('"iss"') as string },
  });
});

it('refreshes a token that has expired, and the user notices nothing', async () => {
  const session = await signedIn();
  const before = session.tokens?.access;
  ecosystem.clock.advance(3600);
  expect(await client.notes(session)).toEqual([]);
  expect(session.tokens?.access).not.toBe(before);
});

it('asks to sign in again when the API refuses its token', async () => {
  await ecosystem.faults.authorizationServer.activate('wrong-audience');
  const session = await signedIn();
  await expect(client.notes(session)).rejects.toThrow('please sign in again');
});

it('never sends its secret anywhere but to the authorization server', async () => {
  ecosystem.forgetExchanges();
  await client.notes(await signedIn());
  const sent = ecosystem.exchanges({ secrets: true }).filter((each) => JSON.stringify(each).includes(SECRET));
  expect(sent.map((each) => new URL(each.request.url).pathname)).toEqual(['/token']);
});
