import { verifyAuthorizationServer as verify } from '@rolecall/verifier/authorization-server/verify';
import { type CredentialFlags, readCredentials } from './credentials.ts';
import { type CommonFlags, run } from './run.ts';

export interface AuthorizationServerFlags extends CredentialFlags {
  issuer: string;
  scope?: string;
  resource?: string;
  redirectUri?: string;
}

/** `rolecall verify authorization-server …` */
export const verifyAuthorizationServer = ({
  issuer,
  scope,
  resource,
  redirectUri,
  ...flags
}: AuthorizationServerFlags & CommonFlags): Promise<void> =>
  run(flags, async (options) => verify({ ...options, issuer, scope, resource, redirectUri, ...(await readCredentials(flags)) }));
