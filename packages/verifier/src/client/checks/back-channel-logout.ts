import { randomUUID } from 'node:crypto';
import { notTried, require } from '../../finding.ts';
import { clientCheck } from '../client-check.ts';
import { createSigningKey, type IdTokenChanges } from '../played/id-tokens.ts';
import type { Client } from '../subject.ts';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** What the server says to the client itself when somebody logs out (Back-Channel Logout §2). */
export const backChannelLogout = [
  clientCheck('C-OIDC-06', 'a right logout token', async (client) => {
    const uri = logoutUri(client);
    const { visitor } = (await client.signIn()).attempt;
    require(await client.isSignedIn(visitor), 'a right sign-in does not last until the next page');
    const { status } = await send(client, uri, await logoutToken(client));
    require(status === 200 || status === 204, `a right logout token was answered with ${status}`);
    require(!(await client.isSignedIn(visitor)), 'the session goes on after a right logout token');
  }),
  clientCheck('C-OIDC-06', 'a logout token for somebody who is not there', async (client) => {
    const { status } = await send(client, logoutUri(client), await logoutToken(client, { claims: { sub: `nobody-${randomUUID()}` } }));
    // §2.8: who has nothing to end has ended it.
    require(status === 200 || status === 204, `a logout token that ends nothing was answered with ${status}`);
  }),
  ...wrongOnes().map(({ what, changes }) =>
    clientCheck('C-OIDC-07', `a logout token ${what}`, async (client) => {
      const uri = logoutUri(client);
      const { visitor } = (await client.signIn()).attempt;
      require(await client.isSignedIn(visitor), 'a right sign-in does not last until the next page');
      const { status } = await send(client, uri, await logoutToken(client, await changes(client)));
      require(await client.isSignedIn(visitor), `a logout token ${what} ended a session`);
      require(status === 400, `a logout token ${what} was answered with ${status}`);
    }),
  ),
];

function wrongOnes(): { what: string; changes: (client: Client) => IdTokenChanges | Promise<IdTokenChanges> }[] {
  const past = Math.floor(Date.now() / 1000) - 86_400;
  return [
    { what: 'from another issuer', changes: ({ attacker }) => ({ claims: { iss: attacker.issuer } }) },
    { what: 'for another client', changes: () => ({ claims: { aud: 'another-client' } }) },
    { what: 'that has expired', changes: () => ({ claims: { iat: past - 120, exp: past } }) },
    { what: 'with a nonce', changes: () => ({ claims: { nonce: 'rolecall' } }) },
    { what: 'without the event', changes: () => ({ claims: { events: undefined } }) },
    { what: 'about nobody and no session', changes: () => ({ claims: { sub: undefined, sid: undefined } }) },
    { what: 'with a broken signature', changes: () => ({ signature: 'broken' }) },
    {
      what: 'that somebody else has signed',
      changes: async ({ issuer }) => ({ key: await createSigningKey(issuer.key.publicJwk.kid ?? '') }),
    },
    { what: 'that is not signed (alg none)', changes: () => ({ signature: 'none' }) },
  ];
}

function logoutUri({ target }: Client): string {
  return target.backchannelLogoutUri ?? notTried('nobody said where the client takes logout tokens (backchannelLogoutUri), if it does');
}

function logoutToken(client: Client, changes: IdTokenChanges = {}): Promise<string> {
  const claims = { aud: client.credentials().id, jti: randomUUID(), events: { [EVENT]: {} } };
  return client.issuer.sign(claims, { ...changes, header: { typ: 'logout+jwt', ...changes.header } });
}

const send = (client: Client, url: string, token: string) => client.ask({ url, form: { logout_token: token } });
