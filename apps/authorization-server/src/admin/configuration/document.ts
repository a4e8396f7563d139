import * as z from 'zod';
import type { Client, Configuration, User } from '../../stores/types.ts';
import { clientDocument, consistent, toClient, toDocument } from '../clients/document.ts';
import { isoTime, text, time } from '../fields.ts';
import { resourceContent, resourceIdentifier, toResource, toResourceDocument } from '../resource-document.ts';
import { username } from '../users.ts';
import type { WantedConfiguration } from './plan.ts';

/** SHA-256, base64url. */
const secretHash = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be a SHA-256 in base64url');

/** A PHC string, with parameters that argon2 takes and that do not cost the server much more than its own. */
const passwordHash = z
  .string()
  .max(500)
  .refine((value) => {
    const [, memory, passes, lanes] =
      /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{43,86}$/.exec(value) ?? [];
    const [m, t, p] = [memory, passes, lanes].map(Number) as [number, number, number];
    return p >= 1 && p <= 8 && t >= 1 && t <= 10 && m >= 8 * p && m <= 262_144;
  }, 'must be an argon2id hash, as a PHC string');

const client = z
  .strictObject({
    ...clientDocument.shape,
    client_id: z.string().regex(/^(?!usr_)[\x21-\x7e]{1,256}$/, 'must be visible ASCII and not begin with usr_'),
    secrets: z.array(z.strictObject({ hash: secretHash, expires_at: time.optional() })).max(50),
    registration_access_token_hash: secretHash.optional(),
  })
  .meta({ id: 'ConfigurationClient', description: 'A client with the hashes of its secrets.' });

const resource = z.strictObject({ identifier: resourceIdentifier, ...resourceContent.shape }).meta({ id: 'ConfigurationResource' });

const user = z
  .strictObject({
    id: z.string().regex(/^usr_[\x21-\x7e]{1,100}$/, 'must begin with usr_'),
    username,
    name: text(200),
    disabled: z.boolean(),
    password_hash: passwordHash
      .optional()
      .meta({ description: 'Where it is absent the user keeps its password, or cannot log in until one is set.' }),
  })
  .meta({ id: 'ConfigurationUser' });

const unique = <Item>(items: z.ZodArray<z.ZodType<Item>>, keyOf: (item: Item) => string, what: string) =>
  items.refine((all) => new Set(all.map(keyOf)).size === all.length, `must not have one ${what} twice`);

const MAXIMUM = 10_000;

/** A whole configuration as one document. */
export const configurationDocument = z
  .strictObject({
    version: z.literal(1),
    resources: unique(z.array(resource).max(MAXIMUM), ({ identifier }) => identifier, 'identifier').refine(
      (all) => all.filter(({ is_default }) => is_default).length <= 1,
      'must not have two defaults',
    ),
    clients: unique(z.array(client).max(MAXIMUM), ({ client_id }) => client_id, 'client_id'),
    users: unique(
      unique(z.array(user).max(MAXIMUM), ({ id }) => id, 'id'),
      ({ username }) => username,
      'username',
    ).optional(),
  })
  .meta({
    id: 'Configuration',
    description: 'Clients with the hashes of their secrets, resources, and on demand users. Keep it like a secret.',
  });

export type ConfigurationDocument = z.output<typeof configurationDocument>;

/** A configuration as it is exported. */
export function exportConfiguration({ resources, clients, users }: Configuration, own: string): z.input<typeof configurationDocument> {
  return {
    version: 1,
    resources: resources.filter(({ identifier }) => identifier !== own).map(toResourceDocument),
    clients: clients.map(exportClient),
    ...(users !== undefined && { users: users.map(exportUser) }),
  };
}

function exportClient(client: Client): z.input<typeof configurationDocument>['clients'][number] {
  const secrets = client.secrets.toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
  const { registrationAccessTokenHash } = client;
  return {
    ...toDocument(client),
    secrets: secrets.map(({ hash, expiresAt }) => ({ hash, ...(expiresAt !== undefined && { expires_at: isoTime(expiresAt) }) })),
    ...(registrationAccessTokenHash !== undefined && { registration_access_token_hash: registrationAccessTokenHash }),
  };
}

function exportUser({ id, username, name, disabled, passwordHash }: User) {
  return { id, username, name, disabled, password_hash: passwordHash };
}

/**
 * The configuration that a document describes.
 *
 * @throws InvalidRequestError when the members of a client contradict each other.
 */
export function importConfiguration(document: ConfigurationDocument): WantedConfiguration {
  return {
    resources: document.resources.map(({ identifier, ...content }) => toResource(identifier, content)),
    clients: document.clients.map(({ secrets, registration_access_token_hash: registration, ...client }) => ({
      ...toClient(consistent(client)),
      secrets: secrets.map(({ hash, expires_at }) => ({ hash, ...(expires_at !== undefined && { expiresAt: expires_at }) })),
      ...(registration !== undefined && { registrationAccessTokenHash: registration }),
    })),
    users: (document.users ?? []).map(({ password_hash, ...user }) => ({
      ...user,
      ...(password_hash !== undefined && { passwordHash: password_hash }),
    })),
  };
}
