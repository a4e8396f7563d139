import { check } from '../../check.ts';
import { notApplicable, require } from '../../finding.ts';
import { responseParameter } from '../../judge.ts';
import { factsOf } from '../facts.ts';
import { refresh, refreshable } from '../refresh.ts';
import { type AuthorizationServer, codeFrom, tokensFrom } from '../subject.ts';

const UNREACHABLE = 'urn:rolecall:unheard_of';

/** Step-up (RFC 9470). */
export const stepUp = [
  check<AuthorizationServer>('AS-STEP-01', 'max_age=0 with a session', async (server) => {
    const client = await server.client(offered(server));
    await server.tokens(client);
    const arrival = await server.approve(client, { max_age: '0' });
    require(arrival.loggedIn, 'nobody was asked to log in again');
    const tokens = tokensFrom(await server.redeem(codeFrom(arrival, arrival.request, client)), client);
    const { auth_time } = await factsOf(server, tokens);
    if (auth_time !== undefined) require(Number(auth_time) * 1000 > Date.now() - 120_000, '`auth_time` is that of an earlier login');
  }),
  check<AuthorizationServer>('AS-STEP-02', 'a level that nobody reaches', async (server) => {
    const client = await server.client(offered(server));
    const { response } = await server.approve(client, { acr_values: UNREACHABLE });
    const error = response && responseParameter({ location: response }, 'error');
    require(error ===
      'unmet_authentication_requirements', `it answered ${error ?? 'without an error'} instead of unmet_authentication_requirements`);
  }),
  check<AuthorizationServer>('AS-STEP-03', 'the login that a refreshed token speaks of', async (server) => {
    const tokens = await refreshable(server, await server.client(offered(server)));
    const before = await factsOf(server, tokens);
    const after = await factsOf(server, tokensFrom(await refresh(server, tokens), tokens.client));
    if (before['auth_time'] === undefined && after['auth_time'] === undefined)
      notApplicable('access tokens do not say when the user logged in');
    require(after['auth_time'] === before['auth_time'], '`auth_time` is another after the refresh');
    require(after['acr'] === before['acr'], '`acr` is another after the refresh');
  }),
];

function offered({ metadata }: AuthorizationServer): 'web' {
  return metadata.acr_values_supported === undefined ? notApplicable('the metadata announces no acr_values_supported') : 'web';
}
