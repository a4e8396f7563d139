import type { AuthorizationServerTarget } from './authorization-server/target.ts';
import type { User } from './person/create-person.ts';

interface Given extends Pick<AuthorizationServerTarget, 'clients' | 'initialAccessToken'> {
  user?: User | undefined;
}

/** What somebody has entrusted to the verifier, by what stands for it in reports. */
export function givenSecrets({ user, clients = {}, initialAccessToken }: Given): Map<string, string> {
  const secrets = new Map<string, string>();
  for (const client of Object.values(clients))
    if (client?.client_secret !== undefined) secrets.set(client.client_secret, '[client_secret]');
  if (initialAccessToken !== undefined) secrets.set(initialAccessToken, '[initial access token]');
  if (user !== undefined) secrets.set(user.password, '[password]');
  return secrets;
}
