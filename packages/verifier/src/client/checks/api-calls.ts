import { notApplicable, require } from '../../finding.ts';
import { clientCheck } from '../client-check.ts';
import { challenged } from '../played/api.ts';
import type { Attempt, Client } from '../subject.ts';
import { failedByItself } from './failed-by-itself.ts';
import { refreshesOf } from './refreshing.ts';

/** What one page of a client may ask of an API that refuses everything. */
const MOST_CALLS = 10;
const MOST_REFRESHES = 2;

/** Calls to the API (OAuth 2.1 §5). */
export const apiCalls = [
  clientCheck('C-API-01', 'the token is in the header, and goes to the API alone', async (client) => {
    const { attempt } = await client.signIn();
    await client.callApi(attempt.visitor);
    const calls = client.api?.received('api') ?? [];
    const tokens = [...client.issuer.issued.accessTokens];
    require(calls.some(({ headers }) =>
      isToken(headers.get('authorization'), tokens),
    ), 'no call has the token in the Authorization header');
    for (const { url, body } of calls) {
      require(!url.searchParams.has('access_token') &&
        !tokens.some((token) => url.href.includes(token)), 'a call has the token in its address');
      require(!tokens.some((token) => body.includes(token)), 'a call has the token in its body');
    }
    for (const place of ['metadata', 'openidMetadata', 'jwks', 'authorize', 'token', 'other'] as const)
      for (const { headers, url, body } of client.issuer.received(place))
        require(!tokens.some((token) =>
          `${headers.get('authorization')} ${url.href} ${body}`.includes(token),
        ), `the token was sent to the issuer’s ${place}`);
    require(client.elsewhere.received().length + client.attacker.received().length ===
      0, 'the client has called somebody who has no part in this');
  }),

  clientCheck('C-API-02', 'an API that refuses every token', async (client) => {
    const { attempt } = await client.signIn();
    await client.callApi(attempt.visitor);
    client.api?.play({ api: challenged(401, 'error="invalid_token", error_description="It has expired."') });
    const [calls, refreshes] = [client.api?.received('api').length ?? 0, refreshesOf(client).length];
    const visit = await client.callApi(attempt.visitor);
    const [more, renewed] = [(client.api?.received('api').length ?? 0) - calls, refreshesOf(client).length - refreshes];
    require(more <= MOST_CALLS, `one page made ${more} calls to an API that refused them all`);
    require(renewed <= MOST_REFRESHES, `one page refreshed ${renewed} times`);
    require(!failedByItself(visit), 'the client failed itself, with 500');
  }),
  clientCheck('C-API-02', 'an API that refuses every token, and a server that asks nobody', async (client) => {
    const { attempt } = await client.signIn();
    await client.callApi(attempt.visitor);
    client.api?.play({ api: challenged(401, 'error="invalid_token"') });
    approveAtOnce(client, attempt);
    // More redirects than a browser follows are a failure.
    await client.callApi(attempt.visitor);
  }),

  clientCheck('C-API-03 C-API-05', 'a scope that is missing, and that no list has', async (client) => {
    const { attempt } = await client.signIn();
    await client.callApi(attempt.visitor);
    client.api?.play({ api: challenged(403, 'error="insufficient_scope", scope="rolecall:missing"') });
    const again = await askedAgain(client, attempt);
    if (again === undefined) return notApplicable('the client does not ask for what is missing');
    const before = attempt.parameters.get('scope')?.split(' ') ?? [];
    const after = again.parameters.get('scope')?.split(' ') ?? [];
    require(after.includes('rolecall:missing'), 'the client asks again, and not for the scope that the challenge names');
    const lost = before.filter((scope) => !after.includes(scope));
    require(lost.length === 0, `asking for more, the client forgets ${lost.join(' ')}`);
  }),
  clientCheck('C-API-03', 'a scope that stays missing', async (client) => {
    const { attempt } = await client.signIn();
    await client.callApi(attempt.visitor);
    client.api?.play({ api: challenged(403, 'error="insufficient_scope", scope="rolecall:missing"') });
    approveAtOnce(client, attempt);
    await client.callApi(attempt.visitor);
  }),

  clientCheck('C-API-04', 'a stronger and newer login is asked for', async (client) => {
    const { attempt } = await client.signIn();
    await client.callApi(attempt.visitor);
    client.api?.play({
      api: challenged(401, 'error="insufficient_user_authentication", acr_values="urn:rolecall:strong", max_age="60"'),
    });
    const again = await askedAgain(client, attempt);
    const [acr, age] = [again?.parameters.get('acr_values') ?? undefined, again?.parameters.get('max_age') ?? undefined];
    if (again === undefined || (acr === undefined && age === undefined))
      return notApplicable('the client does not know this challenge, and takes it for any refusal');
    require(acr?.split(' ').includes('urn:rolecall:strong'), 'the client does not ask for the authentication that the challenge names');
    require(age !== undefined && Number(age) <= 60, 'the client does not ask for a login as new as the challenge wants it');
    client.api?.reset();
    const { visit } = await client.deliver(again);
    require(visit.page !== undefined && visit.page.status < 400, 'with the login that was asked for the client does not try again');
  }),

  ...[307, 302].map((status) =>
    clientCheck('C-API-06', `an API that redirects elsewhere (${status})`, async (client) => {
      const { attempt } = await client.signIn();
      await client.callApi(attempt.visitor);
      const { address } = client.elsewhere;
      client.api?.play({ api: ({ url }) => ({ status, headers: { location: `${address}${url.pathname}` }, body: '' }) });
      await client.callApi(attempt.visitor);
      const tokens = [...client.issuer.issued.accessTokens];
      for (const { headers, url, body } of client.elsewhere.received())
        require(!headers.has('authorization') &&
          !tokens.some(
            (token) => url.href.includes(token) || body.includes(token),
          ), 'the token was carried to another origin, where the API had redirected');
    }),
  ),
];

const isToken = (header: string | null, tokens: readonly string[]): boolean => {
  const [, scheme, token] = /^(\S+)\s+(\S+)$/.exec(header ?? '') ?? [];
  return /^(?:Bearer|DPoP)$/i.test(scheme ?? '') && tokens.includes(token ?? '');
};

/** The authorization request with which a client answers a challenge, at once or after a click. */
async function askedAgain(client: Client, { visitor }: Attempt): Promise<Attempt | undefined> {
  const since = client.issuer.everReceived('authorize').length;
  const visit = await client.callApi(visitor);
  require(!failedByItself(visit), 'the client failed itself, with 500');
  const attempt = await client.attemptAfter(visitor, visit, since);
  const { startSelector } = client.target;
  // A page that says why may lead there by an address of the client's own, as the start of a sign-in does.
  if (attempt !== undefined || startSelector === undefined || visit.page === undefined || visit.page.status < 400) return attempt;
  const way = visit.page.document.querySelector(startSelector);
  return way === null ? undefined : client.attemptAfter(visitor, await visitor.press(visit.page, way), since);
}

/** A server at which somebody is logged in and has consented already. */
function approveAtOnce(client: Client, attempt: Attempt): void {
  client.issuer.play({
    authorize: ({ url }) => {
      const parameters = client.issuer.parametersOf(url.searchParams);
      const state = parameters.get('state') ?? undefined;
      return { status: 303, headers: { location: client.response({ ...attempt, parameters, state }) }, body: '' };
    },
  });
}
