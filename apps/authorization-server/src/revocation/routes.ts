import { tokenInQuestion } from '@rolecall/contracts/introspection';
import { authorizationServerRoutes } from '@rolecall/contracts/routes';
import type { Clock } from '@rolecall/storage/clock';
import type { FastifyInstance } from 'fastify';
import type { AuditLog } from '../audit/audit-log.ts';
import { OAuthError } from '../oauth-error.ts';
import { formOf, readMessage } from '../parameters.ts';
import type { ChangeStore, GrantStore } from '../stores/types.ts';
import type { AuthenticateClient } from '../token/client-authentication.ts';
import type { FindToken } from '../token/find-token.ts';
import type { Revocations } from './revocations.ts';

/**
 * `POST /revoke` (RFC 7009): a client gives a token back. With a refresh token its whole grant ends, and all that was issued from it;
 * an access token ends alone. What is unknown is dead already: 200.
 */
export function registerRevocationRoute(
  app: FastifyInstance,
  options: {
    authenticateClient: AuthenticateClient;
    findToken: FindToken;
    grants: GrantStore;
    changes: ChangeStore;
    revocations: Revocations;
    audit: AuditLog;
    clock: Clock;
  },
): void {
  const { grants, changes, revocations, audit, clock } = options;

  app.post(authorizationServerRoutes.revoke, { config: { limit: 'revoke' } }, async (request, reply) => {
    const client = await options.authenticateClient(request);
    const { token } = readMessage(tokenInQuestion, formOf(request.body));
    const found = await options.findToken(token);
    const now = clock.now();
    if (found?.kind === 'refresh_token') {
      const { grant } = found.state;
      refuseForeign(grant.clientId, client.id);
      await grants.revoke(grant.id, now);
      await revocations.announce('grant', grant.id, now);
      audit.record(request, {
        type: 'token_revoked',
        clientId: client.id,
        userId: grant.userId,
        grant: grant.id,
        token_type: 'refresh_token',
      });
    } else if (found?.kind === 'access_token') {
      const { claims } = found;
      refuseForeign(claims.client_id, client.id);
      if (found.alive) {
        await changes.addRevokedToken(claims.jti, now);
        await revocations.announce('token', claims.jti, now);
        audit.record(request, {
          type: 'token_revoked',
          clientId: client.id,
          token_type: 'access_token',
          ...(claims.sub !== claims.client_id && { userId: claims.sub }),
          ...(claims.grant_id !== undefined && { grant: claims.grant_id }),
        });
      }
    }
    return reply.header('cache-control', 'no-store').code(200).send();
  });
}

/** @throws OAuthError: nobody ends what is another's (RFC 7009 §2.1). */
function refuseForeign(owner: string, caller: string): void {
  if (owner !== caller) throw new OAuthError('invalid_grant', 'The token was issued to another client.');
}
