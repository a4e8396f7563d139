import { type Access, newAccess } from '../access/access.ts';
import type { Peers } from '../discovery/peers.ts';
import type { Identities } from '../registration/identities.ts';
import { type PreRegistered, preRegisteredIdentity } from '../registration/pre-registered.ts';
import { requestOwnTokens } from '../token/client-credentials-grant.ts';
import type { TokenEndpoint } from '../token/endpoint.ts';

/** The access that the client has for itself. */
export interface OwnAccess {
  /**
   * The token of now. Callers at the same time share one request; a failure is not kept.
   *
   * @throws TokenRefusedError when the authorization server refuses, PeerError when it cannot be reached or its answer cannot be used.
   */
  current(): Promise<Access>;
  /** Says that the API refuses this access: the next caller gets another one. */
  refused(access: Access): void;
}

export interface OwnAccessDependencies extends Omit<TokenEndpoint, 'identities'> {
  peers: Peers;
}

/** Keeps one token in this process until shortly before it expires. It comes without a refresh token, and needs none: the client can ask at any time (RFC 6749 §4.4.3). */
export function createOwnAccess(dependencies: OwnAccessDependencies, client: PreRegistered): OwnAccess {
  const identities: Identities = { at: async (server) => preRegisteredIdentity(client, server), forget: async () => {} };

  let kept: { loading: Promise<Access>; access?: Access } | undefined;

  const load = (): Promise<Access> => {
    const entry: typeof kept = { loading: request({ ...dependencies, identities }) };
    kept = entry;
    entry.loading.then(
      (access) => void (entry.access = access),
      () => {
        if (kept === entry) kept = undefined;
      },
    );
    return entry.loading;
  };

  return {
    current: () => {
      const renewAt = kept?.access?.renewAt;
      const isDue = renewAt !== undefined && renewAt <= dependencies.clock.now();
      return kept === undefined || isDue ? load() : kept.loading;
    },
    refused: (access) => {
      if (kept?.access === access) kept = undefined;
    },
  };
}

async function request({ peers, ...endpoint }: TokenEndpoint & { peers: Peers }): Promise<Access> {
  const [server, api] = await Promise.all([peers.authorizationServer(), peers.resourceServer()]);
  const scope = api?.scopes_supported?.join(' ');
  const dpopKey = endpoint.proofs.newKey(server);
  const tokens = await requestOwnTokens(endpoint, server, { resource: peers.resource, scope, dpopKey });
  return newAccess(tokens, { issuer: server.issuer, resource: peers.resource, requestedScope: scope, dpopKey });
}
