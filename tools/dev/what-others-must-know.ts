import { developmentSeeds } from '@rolecall/authorization-server/seeds';
import type { Addresses, RoleName } from '../ecosystem/roles.ts';

/** What has to be set at somebody else's role, so that it fits ours. */
export interface ToKnow {
  title: string;
  /** Pairs: what, and its value. */
  facts: string[][];
}

/** For each role that is somebody else's, what the others of ours expect of it. */
export function whatOthersMustKnow(
  addresses: Addresses,
  { without, elsewhere }: { without: ReadonlySet<RoleName>; elsewhere: ReadonlySet<RoleName> },
  environment: NodeJS.ProcessEnv,
): ToKnow[] {
  const { issuer, resource, client } = addresses;
  const seeds = developmentSeeds({ clientBaseUrl: client, resource });
  const scopes = seeds.resources.flatMap((each) => each.scopes.map(({ name }) => name)).join(' ');
  const api = seeds.clients.find(({ id }) => id === 'resource-server');
  const withIssuer = [
    ['issuer', issuer],
    ['resource identifier', `${resource} (the aud of access tokens)`],
    ['scopes', scopes],
  ];

  const all: Record<RoleName, string[][]> = {
    'authorization-server': [
      ['resource identifier', `${resource} (the aud of access tokens)`],
      ['scopes', scopes],
      ...(without.has('sample-client') ? [] : clientFacts(client, environment)),
      ...(without.has('resource-server') ? [] : introspectionFacts(environment)),
    ],
    'resource-server': without.has('authorization-server')
      ? withIssuer.slice(1)
      : [...withIssuer, ['introspection', `${issuer}/introspect, as ${api?.id} with the secret ${api?.secret}`]],
    'sample-client': without.has('authorization-server')
      ? withIssuer.slice(1)
      : [
          ...withIssuer,
          ...seeds.clients
            .filter((each) => each.redirectUris.length > 0 && each.requirePkce)
            .map((each) => [`as ${each.id}, ${each.secret ?? 'no secret'}`, each.redirectUris.join(' ')]),
          ['as a client of its own', `POST ${issuer}/register, or: npx rolecall clients create --help`],
        ],
  };
  const titles: Record<RoleName, string> = {
    'authorization-server': "What somebody else's authorization server must know",
    'resource-server': "What somebody else's resource server must know",
    'sample-client': "What somebody else's client must know",
  };
  return [...elsewhere].map((role) => ({ title: titles[role], facts: all[role] }));
}

function clientFacts(
  client: string,
  { CLIENT_ID: id, SPA_CLIENT_ID: spa, CLIENT_REGISTRATION: registration }: NodeJS.ProcessEnv,
): string[][] {
  const known = Boolean(id) && registration !== 'automatic';
  return [
    ['client', known ? `${id} (CLIENT_ID), a confidential one` : 'registers itself, or: CLIENT_ID and CLIENT_SECRET'],
    ['redirect URI', `${client}/callback`],
    ...(spa ? [[`redirect URI of ${spa}`, `${client}/spa/callback`]] : []),
  ];
}

function introspectionFacts({ INTROSPECTION_CLIENT_ID: id }: NodeJS.ProcessEnv): string[][] {
  return [
    ['access tokens', `JWTs (RFC 9068)${id ? ', or opaque ones' : ''}`],
    ['introspection', id ? `as ${id} (INTROSPECTION_CLIENT_ID)` : 'none, or: INTROSPECTION_CLIENT_ID and INTROSPECTION_CLIENT_SECRET'],
  ];
}
