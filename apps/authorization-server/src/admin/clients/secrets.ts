import * as z from 'zod';
import { secretWeakness } from '../../clients/weak-secret.ts';
import { randomToken, tokenHash } from '../../random.ts';
import type { Client, ClientSecretEntry } from '../../stores/types.ts';
import type { Administration } from '../administration.ts';
import { isoTime, time } from '../fields.ts';
import { operation } from '../operation.ts';
import { conflict, notFound } from '../refusal.ts';
import { type Administrator, refuseBeyond } from '../require-administrator.ts';

const secretEntry = z
  .strictObject({ id: z.string(), created_at: z.string(), expires_at: z.string().optional() })
  .meta({ id: 'ClientSecret', description: 'A secret as it is spoken of. The secret itself is kept by the client alone.' });

const secretList = z.strictObject({ items: z.array(secretEntry) }).meta({ id: 'ClientSecrets' });

const addedSecret = z
  .strictObject({ ...secretEntry.shape, client_secret: z.string().optional() })
  .meta({ id: 'AddedClientSecret', description: 'A secret that was made here is told this once and never again.' });

const newSecret = z
  .strictObject({
    expires_at: time.optional(),
    client_secret: z
      .string()
      .max(1000)
      .superRefine((secret, context) => {
        const weakness = secretWeakness(secret);
        if (weakness !== undefined) context.addIssue({ code: 'custom', message: weakness });
      })
      .optional()
      .meta({ description: 'One that the client has already. Leave it out: a good one is made.' }),
  })
  .meta({ id: 'NewClientSecret' });

/** The secrets of a client. It may have several, so that one can be replaced without a gap: add one, give it to the client, remove the old one. */
export function secretOperations({ stores: { clients }, clock, audit }: Administration) {
  const find = async (id: string): Promise<Client> => {
    const client = await clients.find(id);
    if (client === undefined) throw notFound('client');
    return client;
  };

  /** Whoever knows a client's secret can have its tokens, and so be what it is. */
  const findToChange = async (id: string, administrator: Administrator): Promise<Client> => {
    const client = await find(id);
    refuseBeyond(administrator, client.scopes);
    return client;
  };

  return [
    operation({
      method: 'GET',
      path: '/clients/{client_id}/secrets',
      scopes: ['admin:read', 'admin:clients'],
      summary: 'List the secrets of a client',
      answer: secretList,
      handle: async ({ path }) => {
        const { id } = await find(path['client_id'] ?? '');
        return { items: (await clients.listSecrets(id)).map(represent) };
      },
    }),
    operation({
      method: 'POST',
      path: '/clients/{client_id}/secrets',
      scopes: ['admin:clients'],
      summary: 'Add a secret to a client',
      description: 'The answer holds the secret, this once. The secrets that the client has already stay valid.',
      body: newSecret,
      status: 201,
      answer: addedSecret,
      handle: async ({ path, body, administrator, request }) => {
        const client = await findToChange(path['client_id'] ?? '', administrator);
        if (!client.tokenEndpointAuthMethod.startsWith('client_secret_'))
          throw conflict('This client does not authenticate with a secret.');
        const secret = body.client_secret ?? randomToken('rc_cs_');
        const added = await clients.addSecret(client.id, { hash: tokenHash(secret), createdAt: clock.now(), expiresAt: body.expires_at });
        if (added === undefined) throw notFound('client');
        if (added === 'taken') throw conflict('The client has this secret already.');
        audit.record(request, {
          type: 'client_secret_added',
          clientId: client.id,
          secret_id: added.id,
          administrator: administrator.clientId,
        });
        return { ...represent(added), ...(body.client_secret === undefined && { client_secret: secret }) };
      },
    }),
    operation({
      method: 'DELETE',
      path: '/clients/{client_id}/secrets/{secret_id}',
      scopes: ['admin:clients'],
      summary: 'Remove a secret of a client',
      handle: async ({ path, administrator, request }) => {
        const client = await findToChange(path['client_id'] ?? '', administrator);
        const secret = path['secret_id'] ?? '';
        if (!(await clients.removeSecret(client.id, secret))) throw notFound('secret');
        audit.record(request, {
          type: 'client_secret_removed',
          clientId: client.id,
          secret_id: secret,
          administrator: administrator.clientId,
        });
      },
    }),
  ];
}

function represent({ id, createdAt, expiresAt }: ClientSecretEntry): z.infer<typeof secretEntry> {
  return { id, created_at: isoTime(createdAt), ...(expiresAt !== undefined && { expires_at: isoTime(expiresAt) }) };
}
