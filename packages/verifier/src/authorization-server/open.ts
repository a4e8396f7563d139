import type { Profile } from '@rolecall/contracts/requirements/requirement';
import { Finding } from '../finding.ts';
import type { Http } from '../http.ts';
import { createPerson, type User } from '../person/create-person.ts';
import type { Reach } from '../reach.ts';
import type { Recorder } from '../recorder.ts';
import { findMetadata } from '../resource-server/metadata.ts';
import { createClients } from './clients.ts';
import { readMetadata } from './metadata.ts';
import { createOwnAddress } from './own-address.ts';
import { type AuthorizationServer, createAuthorizationServer } from './subject.ts';
import type { AuthorizationServerTarget } from './target.ts';

export interface OpenOptions {
  target: AuthorizationServerTarget;
  /** Who logs in and consents. Without one, what needs a user is not tried. */
  user?: User | undefined;
  profiles?: readonly Profile[] | undefined;
  http: Http;
  /** Grows by what the target and the metadata name. */
  reach: Reach;
  recorder: Recorder;
  /** Milliseconds to wait for an answer. */
  timeout?: number | undefined;
}

export interface OpenedAuthorizationServer {
  server: AuthorizationServer;
  /** Takes away what was made. @returns the ids of the clients that are still there */
  close(): Promise<string[]>;
}

/** Reads a server's metadata and makes it ready for checks. @throws Finding (`not tried`) where there is no metadata. */
export async function openAuthorizationServer(options: OpenOptions): Promise<OpenedAuthorizationServer> {
  const { target, user, profiles = [], http, reach, recorder, timeout } = options;
  reach.allow([target.issuer, target.resource, ...(target.origins ?? [])]);
  const metadata = await readMetadata(http, target.issuer);
  reach.announce(target.issuer, endpointsOf(metadata));
  const scope = target.scope ?? (await scopesOf(target.resource, http)) ?? metadata.scopes_supported?.join(' ');
  const clients = createClients({ http, target, metadata, scope, profiles });
  const ownAddress = createOwnAddress(target, recorder);
  const person = user && createPerson(user, { http, reach, recorder, timeout });
  return {
    server: createAuthorizationServer({ target, metadata, http, clients, ownAddress, person, profiles, scope }),
    close: async () => {
      try {
        return await clients.close();
      } finally {
        await ownAddress.close();
        await person?.close();
      }
    },
  };
}

const endpointsOf = (metadata: object): unknown[] =>
  Object.entries(metadata).flatMap(([name, value]: [string, unknown]) => (/^(?:jwks_uri|.+_endpoint)$/.test(name) ? [value] : []));

/** The scopes of the resource that tokens are for, where it names them (RFC 9728 §2): of all that a server knows, some may be for nobody here. */
async function scopesOf(resource: string | undefined, http: Http): Promise<string | undefined> {
  if (resource === undefined || !/^https?:/.test(resource)) return undefined;
  try {
    return (await findMetadata(http, resource))?.scopes_supported?.join(' ');
  } catch (error) {
    // Nobody has to answer there: it is a name.
    if (error instanceof Finding) return undefined;
    throw error;
  }
}
