import { verifyResourceServer as verify } from '@rolecall/verifier/resource-server/verify';
import type { CalledOperation } from '../commands/verify.ts';
import { type CredentialFlags, readCredentials } from './credentials.ts';
import { type CommonFlags, run } from './run.ts';

export interface ResourceServerFlags extends CredentialFlags {
  resource: string;
  issuer?: string;
  playIssuer?: string;
  operation?: CalledOperation;
  scope?: string;
  otherOperation?: CalledOperation;
  otherOperationScope?: string;
  otherResource?: string;
  otherScope?: string;
}

/** `rolecall verify resource-server …` */
export const verifyResourceServer = (flags: ResourceServerFlags & CommonFlags): Promise<void> =>
  run(flags, async (options) => {
    const { resource, issuer, playIssuer, operation, scope, otherOperation, otherOperationScope, otherResource, otherScope } = flags;
    return verify({
      ...options,
      ...{ resource, issuer, playIssuer, otherScope },
      ...(otherResource !== undefined && { otherResource: { identifier: otherResource } }),
      operation: { url: resource, ...operation, scope },
      ...(otherOperation && { otherOperation: { ...otherOperation, scope: otherOperationScope } }),
      ...(await readCredentials(flags)),
      onIssuer: (played) => void process.stderr.write(`The authorization server is played at ${played.issuer}.\n`),
    });
  });
