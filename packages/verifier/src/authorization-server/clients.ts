import type { Profile } from '@rolecall/contracts/requirements/requirement';
import { notApplicable, notTried } from '../finding.ts';
import type { Answer, Http } from '../http.ts';
import { seen } from '../judge.ts';
import { type ClientMetadata, metadataFor } from './client-metadata.ts';
import type { Metadata } from './metadata.ts';
import { type AuthorizationServerTarget, type ClientRole, clientRoles, type KnownClient } from './target.ts';

/** At a name that nobody can have (RFC 2606 §3): no browser ever gets there. */
export const DEFAULT_REDIRECT_URI = 'https://verifier.example/callback';

/** A client that was registered for the run. */
export interface RegisteredClient extends KnownClient {
  /** What the server said of it. */
  information: Record<string, unknown>;
}

export interface Clients {
  /** The client for a part in the checks: given, or registered the first time it is needed. @throws Finding (`not tried`) where it cannot be had. */
  get(role: ClientRole): Promise<KnownClient>;
  /** One more of the same kind, for a check that changes or ends it. Never one that was given. @param changes other metadata; `undefined` leaves a member out. */
  another(role: Exclude<ClientRole, 'resourceServer'>, changes?: Record<string, unknown>): Promise<RegisteredClient>;
  /** Sends any metadata to the registration endpoint, which has to be there. What comes of it is deleted in the end. */
  ask(metadata: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Registration tokens change: takes the new ones from an answer of a management endpoint (RFC 7592 §3). */
  note(information: Record<string, unknown>): void;
  /** Deletes what was registered (RFC 7592 §2.3). @returns the ids of the clients that are still there */
  close(): Promise<string[]>;
}

interface ClientsOptions {
  http: Http;
  target: AuthorizationServerTarget;
  metadata: Metadata;
  scope: string | undefined;
  profiles: readonly Profile[];
}

export function createClients({ http, target, metadata: server, scope, profiles }: ClientsOptions): Clients {
  const { registration_endpoint: endpoint } = server;
  const known = new Map<ClientRole, Promise<KnownClient>>();
  const registered = new Map<string, Record<string, unknown>>();

  const note = (information: Record<string, unknown>): void => {
    const { client_id: id } = information;
    if (typeof id === 'string') registered.set(id, { ...registered.get(id), ...information });
  };

  const ask: Clients['ask'] = async (metadata, headers = initialAccess(target)) => {
    const url = endpoint ?? notApplicable('the metadata announces no registration_endpoint');
    const answer = await http.ask({ url, json: metadata, headers });
    // Whatever was made has to be taken away, also where the status is not the right one.
    if (answer.status < 300) note(answer.json());
    return answer;
  };

  const another: Clients['another'] = async (role, changes = {}) => {
    const description = clientRoles[role];
    if (endpoint === undefined)
      return notTried(`it takes ${description}: the server registers none by itself, and the file of clients has no "${role}"`);
    const { metadata, key } = await metadataFor(role, { redirectUri: target.redirectUri ?? DEFAULT_REDIRECT_URI, scope, server, profiles });
    const asked = { ...metadata, ...changes } as ClientMetadata;
    const answer = await ask(asked);
    if (answer.status >= 300)
      return notTried(`it takes ${description}: registration answered ${seen(answer)}; the file of clients may have one as "${role}"`);
    return registeredClient(asked, answer.json(), key);
  };

  const find = async (role: ClientRole): Promise<KnownClient> => {
    const given = target.clients?.[role];
    if (given !== undefined) return given;
    // Whom a token is issued to may ask about it at most servers.
    return role === 'resourceServer' ? get('web') : another(role);
  };

  const get: Clients['get'] = (role) => {
    const client = known.get(role) ?? find(role);
    known.set(role, client);
    return client;
  };

  return {
    get,
    another,
    ask,
    note,
    close: async () => {
      const left: string[] = [];
      for (const [id, { registration_client_uri: url, registration_access_token: token }] of registered) {
        const deleted = typeof url === 'string' && typeof token === 'string' && URL.canParse(url) && (await remove(http, { url, token }));
        if (!deleted) left.push(id);
      }
      return left;
    },
  };
}

/** What the server said of a client when it was registered. Undefined of one that was given. */
export function informationOf(client: KnownClient): Record<string, unknown> | undefined {
  return 'information' in client ? (client as RegisteredClient).information : undefined;
}

function registeredClient(asked: ClientMetadata, information: Record<string, unknown>, key?: Record<string, unknown>): RegisteredClient {
  const { client_secret: secret } = information;
  const after = asked['post_logout_redirect_uris'];
  return {
    client_id: String(information['client_id']),
    ...(typeof secret === 'string' && { client_secret: secret }),
    token_endpoint_auth_method: asked.token_endpoint_auth_method as KnownClient['token_endpoint_auth_method'],
    redirect_uris: asked.redirect_uris ?? [],
    ...(Array.isArray(after) && { post_logout_redirect_uris: after.map(String) }),
    ...(key && { key }),
    information,
  };
}

const initialAccess = ({ initialAccessToken: token }: AuthorizationServerTarget): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

/** Whether a client is gone: deleted now, or unknown already (RFC 7592 §2.3). */
async function remove(http: Http, { url, token }: { url: string; token: string }): Promise<boolean> {
  try {
    const { status } = await http.ask({ method: 'DELETE', url, headers: { authorization: `Bearer ${token}` } });
    return [204, 401, 404].includes(status);
  } catch {
    return false;
  }
}
