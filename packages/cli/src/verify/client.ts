import { verifyClient as verify } from '@rolecall/verifier/client/verify';
import { type CommonFlags, run } from './run.ts';

export interface ClientFlags {
  startUrl: string;
  clientId?: string;
  issuer: string;
  resource?: string;
  scope?: string;
  startSelector?: string;
  logoutSelector?: string;
  signedInText?: string;
  apiUrl?: string;
  onlyOneAuthorizationServer?: boolean;
}

/** `rolecall verify client …` */
export const verifyClient = (flags: ClientFlags & CommonFlags): Promise<void> =>
  run(flags, ({ timeout, ...options }) => {
    const { startUrl, clientId, issuer, resource, scope, startSelector, logoutSelector, signedInText, apiUrl } = flags;
    return verify({
      ...options,
      ...{ startUrl, clientId, issuer, resource, scope, startSelector, logoutSelector, apiUrl },
      onlyOneAuthorizationServer: flags.onlyOneAuthorizationServer,
      clientSecret: process.env['ROLECALL_VERIFY_CLIENT_SECRET'] || undefined,
      patience: timeout,
      ...(signedInText !== undefined && { signedIn: { text: signedInText } }),
    });
  });
