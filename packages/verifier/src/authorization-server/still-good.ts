import { notTried } from '../finding.ts';
import type { AuthorizationServer, Tokens } from './subject.ts';

/**
 * Whether tokens still mean something to the server: asked by introspection, else by a refresh.
 *
 * @throws Finding (`not tried`) where there is neither.
 */
export async function isStillGood(server: AuthorizationServer, { access_token, refresh_token, client }: Tokens): Promise<boolean> {
  if (refresh_token !== undefined) {
    const answer = await server.token(client, { grant_type: 'refresh_token', refresh_token });
    return answer.status === 200;
  }
  if (server.metadata.introspection_endpoint === undefined)
    return notTried('it takes refresh tokens or introspection to see whether tokens are still good');
  return (await server.introspect(access_token))['active'] === true;
}
