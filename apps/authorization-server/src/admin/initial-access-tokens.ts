import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { randomToken, tokenHash } from '../random.ts';
import type { InitialAccessToken } from '../stores/types.ts';
import type { Administration } from './administration.ts';
import { identifier, isoTime, text, time } from './fields.ts';
import { operation } from './operation.ts';
import { pageOf, pageQuery, readPage } from './paging.ts';
import { notFound } from './refusal.ts';

const entry = z
  .strictObject({ id: z.string(), note: z.string(), created_at: z.string(), expires_at: z.string().optional() })
  .meta({ id: 'InitialAccessToken', description: 'Lets clients register themselves (RFC 7591 §3). The token itself is not kept.' });

const entryPage = pageOf(entry).meta({ id: 'InitialAccessTokenPage' });

const added = z
  .strictObject({ ...entry.shape, initial_access_token: z.string() })
  .meta({ id: 'AddedInitialAccessToken', description: 'The token is told this once and never again.' });

const newToken = z
  .strictObject({ note: text(200).meta({ description: 'What it is made for.' }), expires_at: time.optional() })
  .meta({ id: 'NewInitialAccessToken' });

/** The tokens that clients need to register themselves, where registration is not open to all. */
export function initialAccessTokenOperations({ stores: { initialAccessTokens: tokens }, clock, audit }: Administration) {
  return [
    operation({
      method: 'GET',
      path: '/initial-access-tokens',
      scopes: ['admin:read', 'admin:clients'],
      summary: 'List initial access tokens',
      description: 'In the order of their ids.',
      query: pageQuery(identifier),
      answer: entryPage,
      handle: async ({ query }) => {
        const all = (await tokens.list()).toSorted((a, b) => (a.id < b.id ? -1 : 1));
        const { cursor = '' } = query;
        return readPage(query, async (limit) => all.filter(({ id }) => id > cursor).slice(0, limit), {
          positionOf: ({ id }) => id,
          represent,
        });
      },
    }),
    operation({
      method: 'POST',
      path: '/initial-access-tokens',
      scopes: ['admin:clients'],
      summary: 'Add an initial access token',
      description: 'The answer holds the token, this once.',
      body: newToken,
      status: 201,
      answer: added,
      handle: async ({ body, administrator, request }) => {
        const initialAccessToken = randomToken('rc_ia_');
        const token = {
          id: randomUUID(),
          note: body.note,
          hash: tokenHash(initialAccessToken),
          createdAt: clock.now(),
          ...(body.expires_at !== undefined && { expiresAt: body.expires_at }),
        };
        await tokens.add(token);
        audit.record(request, { type: 'initial_access_token_added', token_id: token.id, administrator: administrator.clientId });
        return { ...represent(token), initial_access_token: initialAccessToken };
      },
    }),
    operation({
      method: 'DELETE',
      path: '/initial-access-tokens/{id}',
      scopes: ['admin:clients'],
      summary: 'Remove an initial access token',
      description: 'Clients that have registered with it stay.',
      handle: async ({ path, administrator, request }) => {
        const id = path['id'] ?? '';
        if (!(await tokens.remove(id))) throw notFound('initial access token');
        audit.record(request, { type: 'initial_access_token_removed', token_id: id, administrator: administrator.clientId });
      },
    }),
  ];
}

function represent({ id, note, createdAt, expiresAt }: InitialAccessToken): z.infer<typeof entry> {
  return { id, note, created_at: isoTime(createdAt), ...(expiresAt !== undefined && { expires_at: isoTime(expiresAt) }) };
}
