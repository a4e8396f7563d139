import { notTried } from '../finding.ts';
import { isJwt, readJwt } from './jwt.ts';
import type { AuthorizationServer, Tokens } from './subject.ts';

/**
 * What an access token says: by itself, where it is a JWT, else by introspection, as its own client.
 *
 * @throws Finding (`not tried`) where there is neither.
 */
export async function factsOf(server: AuthorizationServer, { access_token, client }: Tokens): Promise<Record<string, unknown>> {
  if (isJwt(access_token)) return (await readJwt(server, access_token, 'the access token')).claims;
  if (server.metadata.introspection_endpoint === undefined) return notTried('access tokens are no JWTs, and there is no introspection');
  const asking = client.token_endpoint_auth_method === 'none' ? undefined : client;
  return server.introspect(access_token, asking);
}

/**
 * Whether introspection knows an access token that was just issued. Some servers answer for none that are JWTs: resource servers read those themselves.
 *
 * @throws Finding (`not tried`) for such a JWT.
 */
export async function isKnown(server: AuthorizationServer, token: string): Promise<boolean> {
  const answer = await server.asClient(await server.client('resourceServer'), server.endpoint('introspection_endpoint'), { token });
  const { active } = answer.json();
  if (active !== true && isJwt(token))
    return notTried('introspection does not know the server’s JWT access tokens: resource servers have to read them themselves');
  return active === true;
}
