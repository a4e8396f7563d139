import { failed, require } from '../finding.ts';
import type { Answer, Fields } from '../http.ts';
import { judge, responseParameter } from '../judge.ts';
import type { AuthorizationServer, IssuedCode } from './subject.ts';
import type { KnownClient } from './target.ts';

const known = new WeakMap<AuthorizationServer, Map<string, Promise<IssuedCode>>>();

/**
 * A right request of this client leads to a code: else a refusal of a wrong one would mean nothing. Tried once for each client; the person is logged in then.
 *
 * @throws Finding (`failed`) where it does not.
 */
export async function works(server: AuthorizationServer, client: KnownClient): Promise<void> {
  const tried = known.get(server) ?? new Map<string, Promise<IssuedCode>>();
  known.set(server, tried);
  const code = tried.get(client.client_id) ?? server.code(client);
  tried.set(client.client_id, code);
  await code;
}

/**
 * Sends a request that is wrong in one thing, as somebody who is logged in, and expects the client to be told why. A page instead of the redirect is right
 * too, since a server may trust an address less than its client does (RFC 9700 §4.11.2).
 *
 * @returns what was answered last.
 */
export async function refusesRequest(
  server: AuthorizationServer,
  id: string,
  client: KnownClient,
  changes: Fields,
  { when }: { when?: string } = {},
): Promise<Answer> {
  await works(server, client);
  const { answer, response } = await server.approve(client, changes);
  if (response === undefined) {
    require(answer.status < 500, `${answer.to} failed with ${answer.status}`);
    require(answer.status >= 400 || !/<form/i.test(answer.body), `${answer.to} goes on with a page (${answer.status}) and refuses nothing`);
    return answer;
  }
  const arrived = { ...answer, location: response };
  judge(arrived, id, when === undefined ? {} : { when });
  return arrived;
}

/** Sends a request whose recipient is not certain, as somebody who is logged in, and expects that the browser is sent nowhere. @param elsewhere where the wrong request wants it. */
export async function refusesRecipient(
  server: AuthorizationServer,
  client: KnownClient,
  changes: Fields,
  elsewhere: string,
): Promise<void> {
  await works(server, client);
  const request = server.authorizationRequest(client, { redirect_uri: elsewhere, ...changes });
  const { answer, response } = await server.person().authorize(request.address, elsewhere);
  const sent = response === undefined ? undefined : responseParameter({ location: response }, 'code') === undefined ? 'an error' : 'a code';
  if (sent !== undefined) failed(`${answer.to} sends the browser with ${sent} to ${elsewhere}`);
  require(answer.status < 500, `${answer.to} failed with ${answer.status}`);
  require(answer.status >= 400 || !/<form/i.test(answer.body), `${answer.to} goes on with a page (${answer.status}) and refuses nothing`);
}
