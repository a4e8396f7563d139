import * as z from 'zod';
import type { Administration } from './administration.ts';
import { identifier, isoTime, time } from './fields.ts';
import { operation } from './operation.ts';
import { pageOf, pageQuery, readPage } from './paging.ts';

const auditEvent = z
  .strictObject({
    id: z.string(),
    at: z.string(),
    type: z.string(),
    request_id: z.string().optional(),
    client_id: z.string().optional(),
    user_id: z.string().optional(),
    address: z.string().optional(),
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEvent', description: 'Something that happened and matters to security.' });

const auditPage = pageOf(auditEvent).meta({ id: 'AuditEventPage' });

const query = pageQuery(z.string().regex(/^[1-9]\d{0,17}$/)).extend({
  type: z
    .string()
    .regex(/^[a-z_]{1,64}$/, 'must be a type of event')
    .optional(),
  client_id: identifier.optional(),
  user_id: identifier.optional(),
  since: time.optional().meta({ description: 'From this time on.' }),
  until: time.optional().meta({ description: 'Before this time.' }),
});

/** What happened. Nobody can change it from here. */
export function auditOperations({ stores, audit }: Administration) {
  return [
    operation({
      method: 'GET',
      path: '/audit-events',
      scopes: ['admin:read', 'admin:audit'],
      summary: 'List audit events',
      description: 'The newest first. All that is asked for has to be true of an event.',
      query,
      answer: auditPage,
      handle: async ({ query }) => {
        // What this instance has recorded a moment ago is to be found.
        await audit.flush();
        const { type, client_id: clientId, user_id: userId, since, until, cursor: before } = query;
        return readPage(query, (limit) => stores.audit.list({ type, clientId, userId, since, until }, { before, limit }), {
          positionOf: ({ id }) => id,
          represent: (event) => ({
            id: event.id,
            at: isoTime(event.at),
            type: event.type,
            details: event.details as z.infer<typeof auditEvent>['details'],
            ...(event.requestId !== undefined && { request_id: event.requestId }),
            ...(event.clientId !== undefined && { client_id: event.clientId }),
            ...(event.userId !== undefined && { user_id: event.userId }),
            ...(event.address !== undefined && { address: event.address }),
          }),
        });
      },
    }),
  ];
}
