import * as z from 'zod';
import { EcosystemError } from './ecosystem-error.ts';

const role = z.enum(['authorization-server', 'resource-server', 'client']);

/** A role that can be started. */
export type RoleName = z.infer<typeof role>;

const user = z.strictObject({
  username: z.string().min(1).max(100),
  password: z.string().min(1).max(1000),
  /** What pages call the user. The username unless it is said. */
  name: z.string().min(1).max(200).optional(),
});

const client = z
  .strictObject({
    client_id: z.string(),
    client_name: z.string().optional(),
    /** Any text: this is a test. `client_secret_basic` is how it is sent, unless `token_endpoint_auth_method` says something else. */
    client_secret: z.string().min(1).optional(),
    redirect_uris: z.array(z.string()).optional(),
    /** The scopes that it may ask for, with spaces between them. */
    scope: z.string().optional(),
    /** With a redirect URI `authorization_code` and `refresh_token`, else `client_credentials`. */
    grant_types: z.array(z.enum(['authorization_code', 'refresh_token', 'client_credentials'])).optional(),
    token_endpoint_auth_method: z.enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']).optional(),
    /** Its public keys, where it authenticates with `private_key_jwt`. */
    jwks: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }).optional(),
    application_type: z.enum(['web', 'native']).optional(),
    require_pkce: z.boolean().optional(),
  })
  .refine(({ client_secret, jwks, token_endpoint_auth_method: method }) => client_secret ?? jwks ?? method, {
    error: 'needs a client_secret, jwks, or token_endpoint_auth_method: none where it is public',
  });

const resource = z.strictObject({
  /** An absolute URI: the audience of its tokens (RFC 8707 §2). */
  identifier: z.string(),
  name: z.string().optional(),
  /** Names, or names with what the consent page says of them. */
  scopes: z.array(z.union([z.string(), z.strictObject({ name: z.string(), description: z.string() })])),
  access_token_format: z.enum(['jwt', 'opaque']).optional(),
  /** Seconds. */
  access_token_lifetime: z.int().optional(),
  signing_algorithm: z.enum(['ES256', 'RS256', 'EdDSA']).optional(),
  /** The ids of the clients that may introspect its tokens. */
  resource_servers: z.array(z.string()).optional(),
});

const additions = z.strictObject({
  users: z.array(user).default([]),
  clients: z.array(client).default([]),
  resources: z.array(resource).default([]),
});

const port = z.int().min(1).max(65_535).optional();
const environment = z.record(z.string().regex(/^[A-Z_0-9]+$/, 'must be the name of an environment variable'), z.string()).default({});
const logLevel = z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']);

/** What the kit sets itself, and where it is said instead. */
const OWN_VARIABLES: Record<string, string> = {
  PORT: 'ports',
  HOST: 'nowhere: the roles listen on this machine alone',
  ISSUER: 'ports.authorizationServer',
  RESOURCE: 'ports.resourceServer',
  BASE_URL: 'ports.client',
  SEED_RESOURCE: 'addresses.resource',
  SEED_CLIENT_BASE_URL: 'addresses.client',
  LAB: 'nowhere: it is on',
  DATA_DIR: 'folder',
  LOG_LEVEL: 'logLevel',
  NODE_ENV: 'nowhere: this is a test',
};

const address = z.url({ protocol: /^https?$/, error: 'must be an http or https address' });

const options = z
  .strictObject({
    roles: z.array(role).min(1).optional(),
    addresses: z.strictObject({ resource: address.optional(), client: address.optional() }).default({}),
    ports: z.strictObject({ authorizationServer: port, resourceServer: port, client: port }).default({}),
    ...additions.shape,
    environment: z
      .strictObject({ authorizationServer: environment, resourceServer: environment, client: environment })
      .partial()
      .default({})
      .superRefine((given, context) => {
        for (const [which, variables] of Object.entries(given))
          for (const name of Object.keys(variables ?? {}))
            if (name in OWN_VARIABLES)
              context.addIssue({ code: 'custom', path: [which, name], message: `is the kit's to set; say it in ${OWN_VARIABLES[name]}` });
      }),
    folder: z.string().min(1).optional(),
    snapshotFolder: z.string().min(1).optional(),
    logLevel: logLevel.default('silent'),
  })
  .superRefine(({ roles, addresses }, context) => {
    if (roles && !roles.includes('authorization-server'))
      context.addIssue({ code: 'custom', path: ['roles'], message: 'must have authorization-server: it is what the others rely on' });
    for (const [name, which] of [
      ['resource', 'resource-server'],
      ['client', 'client'],
    ] as const)
      if (addresses[name] !== undefined && roles?.includes(which))
        context.addIssue({ code: 'custom', path: ['addresses', name], message: `is for your own: leave ${which} out of roles` });
  });

/** A user (resource owner) beside alice and bob. */
export type UserToAdd = z.input<typeof user>;
/** A client beside those of the development seeds, by the names of RFC 7591 §2. */
export type ClientToAdd = z.input<typeof client>;
/** A protected resource beside the notes API, by the names of the administration's API. */
export type ResourceToAdd = z.input<typeof resource>;

/** What can be added to an ecosystem when it is started, and later. */
export interface Additions {
  users?: UserToAdd[];
  clients?: ClientToAdd[];
  resources?: ResourceToAdd[];
}

/** How an ecosystem is started. All of it may be left out. */
export interface EcosystemOptions extends Additions {
  /** Which roles are started: all three, but for those that `addresses` replaces. */
  roles?: RoleName[];
  /** Where your own API or client is, in the place of the notes API or the sample client: the seeds then point there. */
  addresses?: { resource?: string; client?: string };
  /** Where the roles listen. Free ports unless it is said. */
  ports?: { authorizationServer?: number; resourceServer?: number; client?: number };
  /** Further environment variables of each role: what docs/architecture.md has under Configuration. */
  environment?: {
    authorizationServer?: Record<string, string>;
    resourceServer?: Record<string, string>;
    client?: Record<string, string>;
  };
  /** Where what is written is kept, so that a second start finds it. In memory unless it is said. */
  folder?: string;
  /** Where copies of an empty database wait for the next start. In `node_modules/.cache` unless it is said. */
  snapshotFolder?: string;
  /** What the roles write to standard output: nothing, unless it is said. The record of exchanges has the log in any case. */
  logLevel?: z.infer<typeof logLevel>;
}

export type CompleteOptions = z.output<typeof options>;
export type CompleteAdditions = z.output<typeof additions>;

/** @throws EcosystemError naming everything that is wrong. */
export function readOptions(given: EcosystemOptions): CompleteOptions {
  return check(options, given, 'these options cannot be used');
}

/** @throws EcosystemError naming everything that is wrong. */
export function readAdditions(given: Additions): CompleteAdditions {
  return check(additions, given, 'this cannot be added');
}

function check<Schema extends z.ZodType>(schema: Schema, given: unknown, problem: string): z.output<Schema> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(' '));
  throw new EcosystemError('invalid_options', `${problem}: ${problems.join('; ')}`);
}
