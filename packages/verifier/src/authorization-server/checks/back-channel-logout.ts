import { setTimeout as wait } from 'node:timers/promises';
import { check } from '../../check.ts';
import { failed, notApplicable, notTried, require } from '../../finding.ts';
import { judge } from '../../judge.ts';
import type { RegisteredClient } from '../clients.ts';
import { readJwt, type ReadJwt } from '../jwt.ts';
import { openidTokens, type OpenidTokens } from '../openid.ts';
import type { Incoming, Reply } from '../own-address.ts';
import { refresh, withRefreshToken } from '../refresh.ts';
import { type AuthorizationServer, unguessable } from '../subject.ts';
import { leave } from './logout.ts';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** How long a message may take that is sent beside the browser's way, in milliseconds. */
const PATIENCE = 3_000;
const MISSING =
  'nothing came: the server may send nothing to its own machine; say at which public address the verifier listens (url and port)';

/** Back-channel logout (OpenID Connect Back-Channel Logout 1.0). */
export const backChannelLogout = [
  check<AuthorizationServer>('AS-BCL-01', 'one logout token by POST', async (server) => {
    const { messages } = await loggedOut(server);
    const [message] = await messages();
    require(message?.method === 'POST', `it came by ${message?.method ?? 'nothing'}`);
    require(new URLSearchParams(message.body).has('logout_token'), 'there is no logout_token in it');
    require((await messages()).length === 1, 'more than one came');
  }),
  check<AuthorizationServer>('AS-BCL-02', 'what is in the logout token', async (server) => {
    const { messages, client } = await loggedOut(server);
    const { claims } = await logoutToken(server, await messages());
    require(claims.iss === server.metadata.issuer, '`iss` is not the issuer');
    require([claims.aud ?? []].flat().includes(client.client_id), '`aud` does not name the client');
    require(typeof claims.iat === 'number' && typeof claims.jti === 'string', '`iat` or `jti` is missing');
    const { events } = claims;
    require(typeof events === 'object' && events !== null && EVENT in events, '`events` does not have the logout');
    require(claims.sub !== undefined || claims['sid'] !== undefined, 'neither `sub` nor `sid` is there');
    require(claims['nonce'] === undefined, 'there is a `nonce`, which makes it an ID token');
  }),
  check<AuthorizationServer>('AS-BCL-03', 'a client that needs the session’s identifier', async (server) => {
    if (server.metadata.backchannel_logout_session_supported !== true)
      notApplicable('backchannel_logout_session_supported is not announced');
    const { messages, tokens } = await loggedOut(server, { backchannel_logout_session_required: true });
    const { claims } = await logoutToken(server, await messages());
    require(claims['sid'] !== undefined &&
      claims['sid'] === tokens.read.claims['sid'], 'the logout token has not the `sid` of the ID token');
  }),
  check<AuthorizationServer>('AS-BCL-04', 'a client that redirects', async (server) => {
    let followed = false;
    const elsewhere = await server.ownAddress.serve(`/followed/${unguessable()}`, () => {
      followed = true;
      return { status: 200 };
    });
    const { messages, status } = await loggedOut(server, {}, { status: 302, headers: { location: elsewhere } });
    require(status < 400, `logout ended with ${status} where one client was wrong`);
    await messages();
    require(!followed, 'the redirect was followed');
  }),
  check<AuthorizationServer>('AS-BCL-05', 'a refresh token after the session’s end', async (server) => {
    const { tokens } = await loggedOut(server);
    const answer = await refresh(server, withRefreshToken(tokens), { resource: undefined });
    judge(answer, 'AS-BCL-05');
  }),
];

interface LoggedOut {
  client: RegisteredClient;
  tokens: OpenidTokens;
  /** Of the page on which it ended. */
  status: number;
  /** What came to the client, once something has. @throws Finding (`failed`) where nothing does. */
  messages(): Promise<Incoming[]>;
}

/** A user who has logged in with a new client, and out again. */
async function loggedOut(
  server: AuthorizationServer,
  changes: Record<string, unknown> = {},
  reply: Reply = { status: 200 },
): Promise<LoggedOut> {
  server.endpoint('end_session_endpoint');
  if (server.metadata.backchannel_logout_supported !== true) notApplicable('backchannel_logout_supported is not announced');
  const received: Incoming[] = [];
  const arrived = Promise.withResolvers<void>();
  const backchannel_logout_uri = await server.ownAddress.serve(`/logout/${unguessable()}`, (incoming) => {
    received.push(incoming);
    arrived.resolve();
    return reply;
  });
  const client = await server.clients.another('web', { backchannel_logout_uri, ...changes });
  const tokens = await openidTokens(server, client);
  const { answer } = await leave(server, { id_token_hint: tokens.idToken });
  return {
    client,
    tokens,
    status: answer.status,
    messages: async () => {
      await Promise.race([arrived.promise, wait(PATIENCE, undefined, { ref: false })]);
      if (received.length > 0) return received;
      return server.ownAddress.isCertain ? failed('no logout token came') : notTried(MISSING);
    },
  };
}

function logoutToken(server: AuthorizationServer, [message]: Incoming[]): Promise<ReadJwt> {
  return readJwt(server, new URLSearchParams(message?.body).get('logout_token'), 'the logout token');
}
