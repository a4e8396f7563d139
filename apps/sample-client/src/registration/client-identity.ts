import type { ClientAuth } from 'oauth4webapi';

/** As whom this client speaks to one authorization server. Good for that one only: another must neither see the secret nor be told the id. */
export interface ClientIdentity {
  issuer: string;
  clientId: string;
  /** The one way in which it proves who it is at the token endpoint. */
  authentication: ClientAuth;
}
