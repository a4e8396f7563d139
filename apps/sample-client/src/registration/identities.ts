import * as oauth from 'oauth4webapi';
import type { AuthorizationServer } from '../discovery/authorization-server.ts';
import { hasEndpoint } from '../discovery/endpoint.ts';
import type { ClientIdentity } from './client-identity.ts';
import type { DynamicRegistration } from './dynamic.ts';
import { NotRegisteredError } from './not-registered-error.ts';
import { type PreRegistered, preRegisteredIdentity } from './pre-registered.ts';

/** What this client is at each authorization server. */
export interface Identities {
  /**
   * @throws NotRegisteredError when the authorization server has to be told about this client by a person.
   * @throws PeerError when it cannot be reached, or its answer cannot be used.
   */
  at(authorizationServer: AuthorizationServer): Promise<ClientIdentity>;
  /** The authorization server does not know this one: it is not used again, if it can be replaced. */
  forget(identity: ClientIdentity): Promise<void>;
}

export interface IdentityOptions {
  preRegistered: PreRegistered | undefined;
  /** Where this client's metadata document is, if it is where authorization servers can read it. */
  metadataDocumentUrl: string | undefined;
  dynamicRegistration: DynamicRegistration;
}

/** The ways in which a client becomes known, best first: by hand, by its metadata document, by registering itself (RFC 7591). */
export function createIdentities({ preRegistered, metadataDocumentUrl, dynamicRegistration }: IdentityOptions): Identities {
  return {
    at: async (authorizationServer) => {
      const { issuer } = authorizationServer;
      if (preRegistered?.issuer === issuer) return preRegisteredIdentity(preRegistered, authorizationServer);
      // The document's address is the id: nothing is sent in advance, and nothing is secret.
      if (metadataDocumentUrl !== undefined && authorizationServer.client_id_metadata_document_supported === true)
        return { issuer, clientId: metadataDocumentUrl, authentication: oauth.None() };
      if (hasEndpoint(authorizationServer, 'registration_endpoint')) return dynamicRegistration.at(authorizationServer);
      throw new NotRegisteredError(issuer);
    },
    forget: async (identity) => {
      if (identity.issuer !== preRegistered?.issuer && identity.clientId !== metadataDocumentUrl)
        await dynamicRegistration.forget(identity);
    },
  };
}
