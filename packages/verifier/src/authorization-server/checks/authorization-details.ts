import { check } from '../../check.ts';
import { notApplicable, notTried, require } from '../../finding.ts';
import type { Fields } from '../../http.ts';
import { errorOf, judge, responseParameter } from '../../judge.ts';
import { factsOf } from '../facts.ts';
import { push } from '../pushed-requests.ts';
import { refresh, refreshable } from '../refresh.ts';
import { type AuthorizationServer, tokensFrom } from '../subject.ts';
import type { KnownClient } from '../target.ts';

const UNKNOWN = JSON.stringify([{ type: 'urn:rolecall:unheard_of' }]);

/** Rich authorization requests (RFC 9396). What a type allows only its server knows: details that are right have to be given. */
export const authorizationDetails = [
  check<AuthorizationServer>('AS-RAR-01 AS-RAR-03', 'details that are right', async (server) => {
    const details = right(server);
    const client = await askingClient(server);
    const { response } = await server.tokens(client, { authorization_details: JSON.stringify(details) });
    requireTypes(response['authorization_details'], details, 'the token response (RFC 9396 §7)');
    if (server.metadata.pushed_authorization_request_endpoint === undefined) return;
    const { parameters } = server.authorizationRequest(client, { authorization_details: JSON.stringify(details) });
    judge(await push(server, client, parameters), 'AS-RAR-01');
  }),
  ...wrongDetails({
    'a type that nobody knows': UNKNOWN,
    'what is no JSON': '[{"type":',
    'an object without a type': '[{}]',
    'an object instead of a list': '{}',
  }),
  check<AuthorizationServer>('AS-RAR-04', 'other details at a refresh than were granted', async (server) => {
    const authorization_details = JSON.stringify(right(server));
    const tokens = await refreshable(server, await askingClient(server), { authorization_details });
    const wider = await refresh(server, tokens, { authorization_details: UNKNOWN });
    require(errorOf(wider) ===
      'invalid_authorization_details', `it answered ${wider.status} ${errorOf(wider) ?? ''} to what was never granted`);
    const { response } = tokensFrom(await refresh(server, tokens), tokens.client);
    requireTypes(response['authorization_details'], right(server), 'the answer of a refresh');
  }),
  check<AuthorizationServer>('AS-RAR-05', 'the details in the access token', async (server) => {
    const details = right(server);
    const tokens = await server.tokens(await askingClient(server), { authorization_details: JSON.stringify(details) });
    requireTypes((await factsOf(server, tokens))['authorization_details'], details, 'the access token, and its introspection');
  }),
  check<AuthorizationServer>('AS-RAR-06', 'a type that the client has not registered', async (server) => {
    const details = right(server);
    server.endpoint('registration_endpoint');
    const client = await server.clients.another('web', { authorization_details_types: [] });
    if (!Array.isArray(client.information['authorization_details_types'])) notApplicable('authorization_details_types is not registered');
    judge(await server.request(client, { authorization_details: JSON.stringify(details) }), 'AS-RAR-06');
  }),
];

function wrongDetails(wrong: Record<string, string>) {
  return Object.entries(wrong).map(([title, authorization_details]) =>
    check<AuthorizationServer>('AS-RAR-02', title, async (server) => {
      offered(server);
      const client = await server.client('web');
      const changes: Fields = { authorization_details };
      const good = await server.request(client);
      require(good.status < 400 && responseParameter(good, 'error') === undefined, 'a right request without details is refused');
      judge(await server.request(client, changes), 'AS-RAR-02');
    }),
  );
}

function offered({ metadata }: AuthorizationServer): void {
  if (metadata.authorization_details_types_supported === undefined)
    notApplicable('the metadata announces no authorization_details_types_supported');
}

function right(server: AuthorizationServer): readonly Record<string, unknown>[] {
  offered(server);
  return server.target.authorizationDetails ?? notTried('it takes details that are right here: name them (authorizationDetails)');
}

/** A client that may ask for them: some servers want their types to be registered (RFC 9396 §10). */
async function askingClient(server: AuthorizationServer): Promise<KnownClient> {
  if (server.target.clients?.web !== undefined || server.metadata.registration_endpoint === undefined) return server.client('web');
  return server.clients.another('web', { authorization_details_types: [...new Set(right(server).map(({ type }) => type))] });
}

/** A server may fill in and leave out members; the types are those that were asked for. */
function requireTypes(value: unknown, details: readonly Record<string, unknown>[], where: string): void {
  const types = new Set((Array.isArray(value) ? value : []).map((each: Record<string, unknown>) => each['type']));
  require(details.every(({ type }) => types.has(type)), `${where} has not the details that were granted`);
}
