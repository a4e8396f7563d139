import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { randomToken, tokenHash } from '../../random.ts';
import type { Client } from '../../stores/types.ts';
import type { Administration } from '../administration.ts';
import { identifier } from '../fields.ts';
import { operation } from '../operation.ts';
import { pageOf, pageQuery, readPage } from '../paging.ts';
import { conflict, notFound } from '../refusal.ts';
import { type Administrator, refuseBeyond } from '../require-administrator.ts';
import { changedClient, clientChanges, clientDocument, completeClient, newClient, toClient, toDocument } from './document.ts';

const clientPage = pageOf(clientDocument).meta({ id: 'ClientPage' });

const addedClient = z
  .strictObject({ ...clientDocument.shape, client_secret: z.string().optional() })
  .meta({ id: 'AddedClient', description: 'The secret that was made for the client is told this once and never again.' });

/** The registered clients. */
export function clientOperations({ stores: { clients }, revocations, clock, audit }: Administration) {
  return [
    operation({
      method: 'GET',
      path: '/clients',
      scopes: ['admin:read', 'admin:clients'],
      summary: 'List clients',
      description: 'In the order of their ids.',
      query: pageQuery(identifier),
      answer: clientPage,
      handle: ({ query }) =>
        readPage(query, (limit) => clients.list({ after: query.cursor, limit }), { positionOf: ({ id }) => id, represent: toDocument }),
    }),
    operation({
      method: 'POST',
      path: '/clients',
      scopes: ['admin:clients'],
      summary: 'Add a client',
      description: 'The answer holds its secret, this once, where it authenticates with one.',
      body: newClient,
      status: 201,
      answer: addedClient,
      handle: async ({ body, administrator, request }) => {
        const document = completeClient({ ...body, client_id: body.client_id ?? randomUUID() });
        const client = toClient(document);
        refuseBeyond(administrator, client.scopes);
        const secret = client.tokenEndpointAuthMethod.startsWith('client_secret_') ? randomToken('rc_cs_') : undefined;
        const secrets = secret === undefined ? [] : [{ hash: tokenHash(secret) }];
        if (!(await clients.addIfAbsent({ ...client, secrets }))) throw conflict('There is a client with this id already.');
        audit.record(request, { type: 'client_added', clientId: client.id, administrator: administrator.clientId });
        return { ...document, ...(secret !== undefined && { client_secret: secret }) };
      },
    }),
    operation({
      method: 'GET',
      path: '/clients/{client_id}',
      scopes: ['admin:read', 'admin:clients'],
      summary: 'Show a client',
      answer: clientDocument,
      handle: async ({ path }) => {
        const client = await clients.find(path['client_id'] ?? '');
        if (client === undefined) throw notFound('client');
        return toDocument(client);
      },
    }),
    operation({
      method: 'PATCH',
      path: '/clients/{client_id}',
      scopes: ['admin:clients'],
      summary: 'Change a client',
      description: 'When it is disabled, all that was issued to it is revoked at once, and what users have allowed it is forgotten.',
      body: clientChanges,
      answer: clientDocument,
      handle: async ({ path, body, administrator, request }) => {
        const id = path['client_id'] ?? '';
        const now = clock.now();
        if (body.disabled === true) refuseOneself(administrator, id);
        const changed = await clients.change(id, now, (before) => {
          const after = toClient(changedClient(toDocument(before), body));
          refuseBeyond(administrator, [...before.scopes, ...after.scopes]);
          // Not on top of what it was: a member that was taken away is gone.
          return { ...after, secrets: before.secrets, ...undocumented(before) };
        });
        if (changed === undefined) throw notFound('client');
        const { before, after } = changed;
        const about = { clientId: id, administrator: administrator.clientId };
        if (after.disabled && !before.disabled) {
          await revocations.announce('client', id, now);
          audit.record(request, { type: 'client_disabled', ...about });
        } else if (before.disabled && !after.disabled) audit.record(request, { type: 'client_enabled', ...about });
        const members = Object.keys(body).filter((name) => name !== 'disabled');
        if (members.length > 0) audit.record(request, { type: 'client_changed', ...about, members });
        return toDocument(after);
      },
    }),
    operation({
      method: 'DELETE',
      path: '/clients/{client_id}',
      scopes: ['admin:clients'],
      summary: 'Remove a client',
      description: 'With everything that was issued to it.',
      handle: async ({ path, administrator, request }) => {
        const id = path['client_id'] ?? '';
        refuseOneself(administrator, id);
        const client = await clients.find(id);
        if (client !== undefined) refuseBeyond(administrator, client.scopes);
        if (!(await clients.remove(id))) throw notFound('client');
        await revocations.announce('client', id, clock.now());
        audit.record(request, { type: 'client_removed', clientId: id, administrator: administrator.clientId });
      },
    }),
  ];
}

/** What the API does not show and a change leaves alone. */
function undocumented({ registrationAccessTokenHash }: Client): Partial<Client> {
  return registrationAccessTokenHash === undefined ? {} : { registrationAccessTokenHash };
}

/** The last administrator could not be brought back from here. */
function refuseOneself(administrator: Administrator, id: string): void {
  if (administrator.clientId === id) throw conflict('A client cannot disable or remove itself.');
}
