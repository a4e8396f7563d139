import { randomUUID } from 'node:crypto';
import { authorizationServerRoutes } from '@rolecall/contracts/routes';
import { acceptOnlyJson } from '@rolecall/service-kit/json-body';
import type { Clock } from '@rolecall/storage/clock';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AuditLog } from '../audit/audit-log.ts';
import { randomToken, tokenHash } from '../random.ts';
import type { Revocations } from '../revocation/revocations.ts';
import type { Client, ClientStore, InitialAccessTokenStore, ResourceStore } from '../stores/types.ts';
import { invalidToken, registrationToken } from './bearer.ts';
import { clientInformation } from './client-information.ts';
import { registerManagementRoutes } from './management.ts';
import { hasSecret, NEWCOMER } from './newcomer.ts';
import { type RegistrationPolicy, registrableScopes } from './policy.ts';
import { readMetadata, type RegisteredMetadata } from './read-metadata.ts';

export interface RegistrationOptions {
  issuer: string;
  policy: RegistrationPolicy;
  /** May a client's `jwks_uri` lead to this machine? */
  allowLoopback: boolean;
  clients: ClientStore;
  resources: ResourceStore;
  initialAccessTokens: InitialAccessTokenStore;
  revocations: Pick<Revocations, 'announce'>;
  audit: Pick<AuditLog, 'record'>;
  clock: Clock;
}

/** Reads what a client says of itself, by the policy and with the scopes that there are now. */
export type ReadRegistration = (body: unknown, fallbackName: string) => Promise<RegisteredMetadata>;

/** `POST /register` (RFC 7591 §3), and the management of what was registered (RFC 7592). Bodies are JSON here, and nowhere else. */
export async function registerRegistrationRoutes(app: FastifyInstance, options: RegistrationOptions): Promise<void> {
  const { policy, clients, audit } = options;
  const read: ReadRegistration = async (body, fallbackName) => {
    const scopes = registrableScopes(policy, await options.resources.list());
    return readMetadata(body, fallbackName, { policy, scopes, allowLoopback: options.allowLoopback });
  };

  await app.register(async (scope) => {
    acceptOnlyJson(scope);

    scope.post(authorizationServerRoutes.register, { config: { limit: 'register' } }, async (request, reply) => {
      const initialAccessToken = policy.mode === 'initial_access_token' ? await findInitialAccessToken(request) : undefined;
      const id = randomUUID();
      const metadata = await read(request.body, id);
      const secret = hasSecret(metadata) ? randomToken('rc_cs_') : undefined;
      const registrationAccessToken = randomToken('rc_ra_');
      const client: Client = {
        id,
        ...metadata,
        ...NEWCOMER,
        registrationAccessTokenHash: tokenHash(registrationAccessToken),
        secrets: secret === undefined ? [] : [{ hash: tokenHash(secret) }],
      };
      await clients.save(client);
      audit.record(request, { type: 'client_registered', clientId: id, ...(initialAccessToken && { initialAccessToken }) });
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send(clientInformation(client, { issuer: options.issuer, registrationAccessToken, secret }));
    });

    registerManagementRoutes(scope, { ...options, read });
  });

  /** The id of the initial access token that the request brings. @throws OAuthError 401 */
  async function findInitialAccessToken(request: FastifyRequest): Promise<string> {
    const found = await options.initialAccessTokens.find(tokenHash(registrationToken(request)));
    if (found === undefined || (found.expiresAt !== undefined && found.expiresAt <= options.clock.now())) throw invalidToken();
    return found.id;
  }
}
