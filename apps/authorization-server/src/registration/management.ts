import { timingSafeEqual } from 'node:crypto';
import { registrationMembersOfServer } from '@rolecall/contracts/client-registration';
import { authorizationServerRoutes } from '@rolecall/contracts/routes';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isSecretOf } from '../clients/secrets.ts';
import { OAuthError } from '../oauth-error.ts';
import { randomToken, tokenHash } from '../random.ts';
import type { Client } from '../stores/types.ts';
import { isIdentifier } from '../token/client-authentication.ts';
import { invalidToken, registrationToken } from './bearer.ts';
import { clientInformation } from './client-information.ts';
import { hasSecret, NEWCOMER } from './newcomer.ts';
import type { ReadRegistration, RegistrationOptions } from './routes.ts';

/** `GET`, `PUT` and `DELETE /register/:client_id` (RFC 7592): a client that registered itself looks after its registration. */
export function registerManagementRoutes(app: FastifyInstance, options: RegistrationOptions & { read: ReadRegistration }): void {
  const { issuer, clients, revocations, audit, clock } = options;
  const url = `${authorizationServerRoutes.register}/:client_id`;
  const config = { limit: 'register' } as const;

  app.get(url, { config }, async (request, reply) => {
    const { client, token } = await authorize(request);
    return reply.header('cache-control', 'no-store').send(clientInformation(client, { issuer, registrationAccessToken: token }));
  });

  app.put(url, { config }, async (request, reply) => {
    const { client, token } = await authorize(request);
    refuseServersOwn(request.body, client);
    const metadata = await options.read(request.body, client.id);
    const secret = hasSecret(metadata) && client.secrets.length === 0 ? randomToken('rc_cs_') : undefined;
    const changed: Client = {
      id: client.id,
      ...metadata,
      // An administrator's to set.
      ...(client.refreshTokenIdleLifetime !== undefined && { refreshTokenIdleLifetime: client.refreshTokenIdleLifetime }),
      ...(client.refreshTokenAbsoluteLifetime !== undefined && { refreshTokenAbsoluteLifetime: client.refreshTokenAbsoluteLifetime }),
      // Somebody may have vouched for what it was. For what it makes of itself now, nobody has.
      ...NEWCOMER,
      registrationAccessTokenHash: tokenHash(token),
      secrets: secret === undefined ? client.secrets : [{ hash: tokenHash(secret) }],
    };
    if (!(await clients.replaceRegistered(changed))) throw invalidToken();
    audit.record(request, { type: 'client_changed', clientId: client.id });
    return reply.header('cache-control', 'no-store').send(clientInformation(changed, { issuer, registrationAccessToken: token, secret }));
  });

  app.delete(url, { config }, async (request, reply) => {
    const { client } = await authorize(request, { toRemove: true });
    const now = clock.now();
    // The client itself goes last: whatever fails before, it can ask again.
    await clients.beginRemoval(client.id, now);
    await revocations.announce('client', client.id, now);
    await clients.remove(client.id);
    audit.record(request, { type: 'client_removed', clientId: client.id });
    return reply.header('cache-control', 'no-store').code(204).send();
  });

  /**
   * @param options.toRemove whether a client that has begun to remove itself may go on.
   * @throws OAuthError 401 for any token but the client's own, 403 for a client that is disabled.
   */
  async function authorize(request: FastifyRequest, { toRemove = false } = {}): Promise<{ client: Client; token: string }> {
    const token = registrationToken(request);
    const { client_id: id } = request.params as { client_id: string };
    // Past the cache: what a client was a second ago is not what it changes now.
    const client = isIdentifier(id) ? await clients.find(id, 'fresh') : undefined;
    const expected = client?.registrationAccessTokenHash ?? tokenHash('');
    if (!timingSafeEqual(Buffer.from(expected), Buffer.from(tokenHash(token))) || client === undefined) throw invalidToken();
    if (client.disabled && !(toRemove && client.beingRemoved === true))
      throw new OAuthError('access_denied', 'This client has been disabled.', { status: 403 });
    return { client, token };
  }

  /** @throws OAuthError `invalid_client_metadata` (RFC 7592 §2.2). */
  function refuseServersOwn(body: unknown, client: Client): void {
    const given = (body ?? {}) as Record<string, unknown>;
    for (const member of registrationMembersOfServer)
      if (Object.hasOwn(given, member)) throw new OAuthError('invalid_client_metadata', `${member} is not for the client to set.`);
    if (given['client_id'] !== client.id) throw new OAuthError('invalid_client_metadata', 'client_id must be the one that is registered.');
    const secret = given['client_secret'];
    if (secret !== undefined && !(typeof secret === 'string' && isSecretOf(client, secret, clock)))
      throw new OAuthError('invalid_client_metadata', 'client_secret must be the current one: a client cannot choose it.');
  }
}
