import type { Visit, Visitor } from '../visitor.ts';
import { notApplicable, notTried, require } from '../../finding.ts';
import { clientCheck } from '../client-check.ts';
import type { Client } from '../subject.ts';
import { failedByItself } from './failed-by-itself.ts';

/** What happens at the client's own logout. */
export const loggingOut = [
  clientCheck('C-TOK-10', 'revokes its tokens', async (client) => {
    const { visitor } = await loggedOut(client);
    const revocations = await revocationsOf(client);
    for (const { form, url, headers } of revocations) {
      require(!url.searchParams.has('token'), 'a token is in the address of a revocation');
      require(form.has('token'), 'a revocation names no token (RFC 7009 §2.1)');
      const { secret } = client.credentials();
      const says = headers.has('authorization') || form.has('client_secret') || form.has('client_assertion');
      require(secret === undefined || says, 'a client that has a secret revokes without authentication');
    }
    require(!(await client.isSignedIn(visitor)), 'the session goes on after logout');
  }),
  clientCheck('C-TOK-10', 'a revocation endpoint that is unwell', async (client) => {
    client.issuer.play({ revoke: () => ({ status: 503, headers: { 'retry-after': '120' }, json: {} }) });
    const { visitor, visit } = await loggedOut(client);
    await revocationsOf(client);
    require(!failedByItself(visit), 'logout failed with 500 since tokens could not be revoked');
    require(!(await client.isSignedIn(visitor)), 'the session goes on since tokens could not be revoked');
  }),
  clientCheck('C-OIDC-05', 'ends its own session before the server’s', async (client) => {
    if (!(await client.baseline()).openid) notApplicable('the client does not ask for openid');
    const { visitor } = await loggedOut(client);
    require(!(await client.isSignedIn(visitor)), 'the session goes on after logout');
    const [request] = client.issuer.received('endSession');
    if (request === undefined) return notApplicable('the client does not log out at the server (RP-Initiated Logout is its choice)');
    const parameters = request.method === 'POST' ? request.form : request.url.searchParams;
    const back = parameters.get('post_logout_redirect_uri');
    require(back === null || URL.canParse(back), 'post_logout_redirect_uri is no address');
    // RP-Initiated Logout §3: without one of them the server cannot know whose address it is.
    require(back === null ||
      parameters.has('id_token_hint') ||
      parameters.has('client_id'), 'the way back is given without saying whose it is');
  }),
];

/** The element that logs out, on the page of somebody who is signed in. */
export async function logoutOf(client: Client, visitor: Visitor) {
  const { logoutSelector } = client.target;
  if (logoutSelector === undefined) return notTried('nobody said how to log out: give the link, form or button (logoutSelector)');
  const { home } = await client.baseline();
  const { page } = await visitor.open(home ?? client.target.startUrl);
  const element = page?.document.querySelector(logoutSelector);
  if (page === undefined || element === null || element === undefined)
    return notTried(`there is nothing like ${logoutSelector} on the page of somebody who is signed in`);
  return { page, element };
}

async function loggedOut(client: Client): Promise<{ visitor: Visitor; visit: Visit }> {
  const { attempt } = await client.signIn();
  const { visitor } = attempt;
  require(await client.isSignedIn(visitor), 'a right sign-in does not last until the next page');
  const { page, element } = await logoutOf(client, visitor);
  return { visitor, visit: await visitor.press(page, element) };
}

/** A client may revoke when it has answered already. */
async function revocationsOf({ issuer, visitor, target }: Client) {
  const somebody = await visitor();
  for (let looks = 0; looks < 3 && issuer.received('revoke').length === 0; looks += 1) await somebody.open(target.startUrl);
  const revocations = issuer.received('revoke');
  return revocations.length > 0 ? revocations : notApplicable('the client does not revoke at logout, which RFC 7009 leaves to it');
}
