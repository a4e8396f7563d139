import * as z from 'zod';
import { hashPassword } from '../../login/passwords.ts';
import { randomToken } from '../../random.ts';
import { adminResource, namesAdministration } from '../admin-resource.ts';
import type { Client, User } from '../../stores/types.ts';
import type { Administration } from '../administration.ts';
import { operation, type OperationInput } from '../operation.ts';
import { conflict } from '../refusal.ts';
import { refuseBeyond } from '../require-administrator.ts';
import { configurationDocument, exportConfiguration, importConfiguration } from './document.ts';
import { type Change, type Plan, planImport } from './plan.ts';

/** Ten thousand clients, or so. */
const BODY_LIMIT_BYTES = 16 * 1024 * 1024;

const outcome = z.strictObject({ added: z.array(z.string()), changed: z.array(z.string()) });
const report = z
  .strictObject({ dry_run: z.boolean(), resources: outcome, clients: outcome, users: outcome })
  .meta({ id: 'ImportReport', description: 'What was changed, or would be. What is not named was as it should be.' });

const flag = z
  .enum(['true', 'false'], 'must be true or false')
  .default('false')
  .transform((value) => value === 'true');

/** The whole configuration as one document. What it holds of secrets are hashes: they work elsewhere, and tell nobody the secrets. */
export function configurationOperations(administration: Administration) {
  const { stores, issuer, userSessions, hashingQueue, clock, audit } = administration;
  const own = adminResource(issuer).identifier;

  return [
    operation({
      method: 'GET',
      path: '/configuration',
      scopes: ['admin:configuration'],
      summary: 'Export the configuration',
      description: 'All clients and resources, but for that of the administration.',
      query: z.strictObject({ users: flag.meta({ description: 'With all users, and the hashes of their passwords.' }) }),
      answer: configurationDocument,
      handle: async ({ query, administrator, request }) => {
        const document = exportConfiguration(await stores.configuration.read({ users: query.users }), own);
        audit.record(request, { type: 'configuration_exported', users: query.users, administrator: administrator.clientId });
        return document;
      },
    }),
    operation({
      method: 'POST',
      path: '/configuration',
      scopes: ['admin:configuration'],
      summary: 'Import a configuration',
      description:
        'Afterwards everything that the document names is as the document has it, its secrets too; what it does not name is left alone. All of it or nothing. A second time it changes nothing.',
      query: z.strictObject({ dry_run: flag.meta({ description: 'Only say what would change.' }) }),
      body: configurationDocument,
      bodyLimit: BODY_LIMIT_BYTES,
      answer: report,
      handle: async ({ query, body, administrator, request }) => {
        const wanted = importConfiguration(body);
        if (wanted.resources.some(({ identifier }) => namesAdministration(identifier, issuer)))
          throw conflict('The server looks after the resource of its administration itself.');
        if (wanted.clients.some(({ id, disabled }) => disabled && id === administrator.clientId))
          throw conflict('A client cannot disable itself.');
        const unknownPassword = await hashingQueue((hashing) => hashing(() => hashPassword(randomToken(''))));
        const now = clock.now();
        const change = async ({ dryRun }: { dryRun: boolean }): Promise<Plan> => {
          let plan: Plan = { resources: [], clients: [], users: [] };
          await stores.configuration.change(wanted, now, (current) => {
            plan = planImport(current, wanted, unknownPassword);
            for (const { before, after } of plan.clients) refuseBeyond(administrator, [...(before?.scopes ?? []), ...after.scopes]);
            return dryRun ? undefined : plan;
          });
          return plan;
        };
        let plan = await change({ dryRun: true });
        if (!query.dry_run) {
          // Sessions are not in the database: where they cannot be ended, nothing has changed yet, and the import can be repeated.
          for (const id of loggedOut(plan)) await userSessions.endAll(request, id);
          plan = await change({ dryRun: false });
          await follow(administration, plan, now, { administrator, request });
        }
        return {
          dry_run: query.dry_run,
          resources: summary(plan.resources, ({ identifier }) => identifier),
          clients: summary(plan.clients, ({ id }) => id),
          users: summary(plan.users, ({ id }) => id),
        };
      },
    }),
  ];
}

function summary<Thing>(changes: readonly Change<Thing>[], keyOf: (thing: Thing) => string): z.infer<typeof outcome> {
  const keys = (isNew: boolean) => changes.filter(({ before }) => (before === undefined) === isNew).map(({ after }) => keyOf(after));
  return { added: keys(true), changed: keys(false) };
}

/** Whose sessions end: a user with another password, one that is disabled, and, before it may log in again, one that was. */
function loggedOut({ users }: Plan): string[] {
  return users
    .filter(
      ({ before, after }) => before !== undefined && (before.passwordHash !== after.passwordHash || before.disabled !== after.disabled),
    )
    .map(({ after }) => after.id);
}

/** What is written down, and what has to be known at once everywhere: all of it is tried, whatever fails. */
async function follow(
  { revocations, userSessions, audit }: Administration,
  plan: Plan,
  now: number,
  { administrator, request }: Pick<OperationInput<never, never>, 'administrator' | 'request'>,
): Promise<void> {
  const { resources, clients, users } = plan;
  const by = { administrator: administrator.clientId };
  for (const { after } of resources) audit.record(request, { type: 'resource_changed', resource: after.identifier, ...by });
  for (const { before, after } of clients) {
    audit.record(request, { type: before === undefined ? 'client_added' : 'client_changed', clientId: after.id, ...by });
    if (before === undefined || before.disabled === after.disabled) continue;
    audit.record(request, { type: after.disabled ? 'client_disabled' : 'client_enabled', clientId: after.id, ...by });
  }
  for (const { before, after } of users) {
    audit.record(request, { type: before === undefined ? 'user_added' : 'user_changed', userId: after.id, ...by });
    if (before === undefined) continue;
    if (before.passwordHash !== after.passwordHash) audit.record(request, { type: 'password_changed', userId: after.id, ...by });
    if (before.disabled === after.disabled) continue;
    audit.record(request, { type: after.disabled ? 'user_disabled' : 'user_enabled', userId: after.id, ...by });
  }
  const counts = { resources: resources.length, clients: clients.length, users: users.length };
  audit.record(request, { type: 'configuration_imported', ...counts, ...by });

  const isDisabledNow = ({ before, after }: Change<Client> | Change<User>) => before !== undefined && !before.disabled && after.disabled;
  const results = await Promise.allSettled([
    ...clients.filter(isDisabledNow).map(({ after }) => revocations.announce('client', after.id, now)),
    ...users.filter(isDisabledNow).map(({ after }) => revocations.announce('user', after.id, now)),
    ...loggedOut(plan).map((id) => userSessions.endAll(request, id)),
  ]);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
