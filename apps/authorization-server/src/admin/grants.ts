import { InvalidRequestError } from '@rolecall/service-kit/invalid-request';
import * as z from 'zod';
import { everyScope } from '../resources/choose-audience.ts';
import type { ByUserOrClient, GrantEntry } from '../stores/types.ts';
import type { Administration } from './administration.ts';
import { identifier, isoTime } from './fields.ts';
import { operation } from './operation.ts';
import { pageOf, pageQuery, readPage } from './paging.ts';
import { notFound } from './refusal.ts';

const grantDocument = z
  .strictObject({
    id: z.string(),
    user_id: z.string(),
    client_id: z.string(),
    scope: z.string().meta({ description: 'All that was granted, at any of the resources.' }),
    resources: z
      .array(z.strictObject({ resource: z.string(), scope: z.string() }))
      .meta({ description: 'What was granted at each resource.' }),
    auth_time: z.string().meta({ description: 'When the user authenticated.' }),
    user_agent: z.string().optional(),
    address: z.string().optional(),
    created_at: z.string(),
    expires_at: z.string(),
    revoked_at: z.string().optional(),
  })
  .meta({ id: 'Grant', description: 'What one authorization gave: one user, one client, scopes at resources.' });

const grantPage = pageOf(grantDocument).meta({ id: 'GrantPage' });
const revoked = z.strictObject({ revoked: z.int() }).meta({ id: 'RevokedGrants', description: 'How many had not ended before.' });

const ofWhom = { user_id: identifier.optional(), client_id: identifier.optional() };

/** A time and an id: within what a database can keep. */
const position = z.tuple([z.int().min(0).max(253_402_300_799_999), identifier]);

/** What users have granted to clients. */
export function grantOperations({ stores: { grants, consents }, revocations, clock, audit }: Administration) {
  return [
    operation({
      method: 'GET',
      path: '/grants',
      scopes: ['admin:read', 'admin:grants'],
      summary: 'List grants',
      description: 'The newest first, of a user or to a client where that is said. Those that have ended stay for a while.',
      query: pageQuery(position).extend(ofWhom),
      answer: grantPage,
      handle: ({ query }) => {
        const [createdAt, id] = query.cursor ?? [];
        const before = createdAt === undefined || id === undefined ? undefined : { createdAt, id };
        return readPage(query, (limit) => grants.list({ userId: query.user_id, clientId: query.client_id, before, limit }), {
          positionOf: (grant) => [grant.createdAt, grant.id],
          represent,
        });
      },
    }),
    operation({
      method: 'GET',
      path: '/grants/{id}',
      scopes: ['admin:read', 'admin:grants'],
      summary: 'Show a grant',
      answer: grantDocument,
      handle: async ({ path }) => {
        const grant = await grants.find(path['id'] ?? '');
        if (grant === undefined) throw notFound('grant');
        return represent(grant);
      },
    }),
    operation({
      method: 'DELETE',
      path: '/grants/{id}',
      scopes: ['admin:grants'],
      summary: 'Revoke a grant',
      description: 'With everything that was issued from it, at once. What the user has allowed stays remembered.',
      handle: async ({ path, administrator, request }) => {
        const grant = await grants.find(path['id'] ?? '');
        if (grant === undefined) throw notFound('grant');
        const now = clock.now();
        const { id, userId, clientId } = grant;
        const ended = await grants.revoke(id, now);
        await revocations.announce('grant', id, now);
        if (ended) audit.record(request, { type: 'grant_revoked', userId, clientId, grant: id, administrator: administrator.clientId });
      },
    }),
    operation({
      method: 'DELETE',
      path: '/grants',
      scopes: ['admin:grants'],
      summary: 'Revoke all grants of a user, to a client, or of a user to a client',
      description: 'With everything that was issued from them, at once. What was allowed is forgotten: the user is asked again.',
      query: z.strictObject(ofWhom),
      answer: revoked,
      handle: async ({ query, administrator, request }) => {
        const of = whose(query);
        const now = clock.now();
        await consents.withdrawAll(of);
        const ended = await grants.revokeAll(of, now);
        for (const grant of ended) {
          await revocations.announce('grant', grant, now);
          audit.record(request, { type: 'grant_revoked', ...of, grant, administrator: administrator.clientId });
        }
        return { revoked: ended.length };
      },
    }),
  ];
}

/** @throws InvalidRequestError where nothing is said: it would be all there are. */
function whose({ user_id: userId, client_id: clientId }: { user_id?: string | undefined; client_id?: string | undefined }): ByUserOrClient {
  if (userId !== undefined) return { userId, ...(clientId !== undefined && { clientId }) };
  if (clientId !== undefined) return { clientId };
  throw new InvalidRequestError('The query is not valid.', [{ field: 'user_id', problem: 'or client_id is needed' }]);
}

function represent(grant: GrantEntry): z.infer<typeof grantDocument> {
  return {
    id: grant.id,
    user_id: grant.userId,
    client_id: grant.clientId,
    scope: everyScope(grant.granted).join(' '),
    resources: grant.granted.map(({ resource, scopes }) => ({ resource, scope: scopes.join(' ') })),
    auth_time: isoTime(grant.authTime * 1000),
    created_at: isoTime(grant.createdAt),
    expires_at: isoTime(grant.expiresAt),
    ...(grant.userAgent !== undefined && { user_agent: grant.userAgent }),
    ...(grant.address !== undefined && { address: grant.address }),
    ...(grant.revokedAt !== undefined && { revoked_at: isoTime(grant.revokedAt) }),
  };
}
