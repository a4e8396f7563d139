import { setTimeout as pause } from 'node:timers/promises';
import { notApplicable, notTried, require } from '../../finding.ts';
import { clientCheck } from '../client-check.ts';
import { challenged } from '../played/api.ts';
import type { Received } from '../played/played-server.ts';
import type { Client } from '../subject.ts';
import type { Visit, Visitor } from '../visitor.ts';
import { failedByItself } from './failed-by-itself.ts';

/** Seconds that a token lives where it has to expire. */
const SHORTEST_LIFE = 1;
/** For a client that looks at the clock and not at the answer. */
const UNTIL_EXPIRED_MILLISECONDS = 1_300;

/** How a client renews its access (OAuth 2.1 §4.3). */
export const refreshing = [
  clientCheck('C-TOK-07', 'a new refresh token takes the place of the old one', async (client) => {
    const { renew } = await refreshingSession(client);
    const first = await renew();
    const second = await renew();
    require(first.form.get('refresh_token') !== second.form.get('refresh_token'), 'a refresh token that had been replaced was used again');
    const { secret } = client.credentials();
    const says = second.headers.has('authorization') || second.form.has('client_secret') || second.form.has('client_assertion');
    require(secret === undefined || says, 'a client that has a secret refreshes without authentication');
  }),
  clientCheck('C-TOK-07', 'an answer without a new refresh token: the old one stays', async (client) => {
    const { renew } = await refreshingSession(client);
    client.issuer.play({
      token: async (request) => {
        const old = request.form.get('refresh_token');
        const answer = await client.issuer.tokens({ members: { refresh_token: undefined } })(request);
        if (old !== null) client.issuer.keepRefreshToken(old);
        return answer;
      },
    });
    const [first, second] = [await renew(), await renew()];
    require(first.form.get('refresh_token') ===
      second.form.get('refresh_token'), 'the refresh token that was still good was not used again');
  }),
  clientCheck('C-TOK-07', 'a refresh token that is refused: the client starts over', async (client) => {
    const { visitor, refuse } = await refreshingSession(client);
    client.issuer.play({ token: () => ({ status: 400, json: { error: 'invalid_grant' } }) });
    refuse();
    const before = refreshesOf(client).length;
    const visit = await client.callApi(visitor);
    const asked = refreshesOf(client).length - before;
    require(asked <= 1, `a refresh token that was refused was sent ${asked} times`);
    require(!failedByItself(visit), 'the client failed itself, with 500');
    client.issuer.reset();
    client.api?.reset();
    await client.signIn();
  }),
  clientCheck('C-TOK-08', 'nothing to refresh with when the token is refused', async (client) => {
    client.issuer.play({ token: client.issuer.tokens({ members: { refresh_token: undefined } }) });
    const { attempt } = await client.signIn();
    refuseAll(client);
    const visit = await client.callApi(attempt.visitor);
    require(refreshesOf(client).length === 0, 'the client refreshes without a refresh token');
    require(!failedByItself(visit), 'the client failed itself, with 500');
  }),
];

export const refreshesOf = ({ issuer }: Client): Received[] =>
  issuer.received('token').filter(({ form }) => form.get('grant_type') === 'refresh_token');

/** From now on the API refuses the tokens that it knows, and takes newer ones. */
function refuseKnown({ api }: Client): void {
  const known = new Set(api?.everReceived('api').map(({ headers }) => headers.get('authorization')));
  api?.play({ api: (request) => (known.has(request.headers.get('authorization')) ? EXPIRED(request) : api.right(request)) });
}

const refuseAll = ({ api }: Client): void => api?.play({ api: EXPIRED });

const EXPIRED = challenged(401, 'error="invalid_token"');

interface RefreshingSession {
  visitor: Visitor;
  /** The API refuses what it has seen so far. */
  refuse(): void;
  /** Makes the client refresh, and says how. */
  renew(): Promise<Received>;
}

/** @throws Finding (`not applicable`) where the client does not refresh. */
async function refreshingSession(client: Client): Promise<RefreshingSession> {
  if (client.api === undefined) notTried('no API was played: say at which address the client expects one (resource)');
  const byRefusal = await sessionOf(client, {});
  if ((await byRefusal.try()) !== undefined) return byRefusal.session;
  const byTime = await sessionOf(client, { expires_in: SHORTEST_LIFE });
  await pause(UNTIL_EXPIRED_MILLISECONDS);
  if ((await byTime.try()) !== undefined) return byTime.session;
  return notApplicable('the client does not refresh: neither when the API refuses its token nor when that has expired');
}

async function sessionOf(client: Client, members: Record<string, unknown>) {
  client.issuer.play({ token: client.issuer.tokens({ members }) });
  const { attempt } = await client.signIn();
  const { visitor } = attempt;
  const refuse = (): void => refuseKnown(client);
  const attemptOne = async (): Promise<Received | undefined> => {
    const before = refreshesOf(client).length;
    refuse();
    const visit: Visit = await client.callApi(visitor);
    require(!failedByItself(visit), 'the client failed itself, with 500');
    return refreshesOf(client)[before];
  };
  const session: RefreshingSession = {
    ...{ visitor, refuse },
    renew: async () => (await attemptOne()) ?? notApplicable('the client does not refresh every time'),
  };
  return { session, try: attemptOne };
}
