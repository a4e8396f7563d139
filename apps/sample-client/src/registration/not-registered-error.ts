import type { Refusal } from '../callback/authorization-response.ts';
import { PeerError } from '../peer-error.ts';

/** The authorization server does not know this client, and there is no way left to introduce it: a person has to. */
export class NotRegisteredError extends PeerError {
  readonly issuer: string;
  /** What the authorization server said when this client tried to register itself. */
  readonly refusal: Refusal | undefined;
  override readonly statusCode = 502;

  constructor(issuer: string, refusal?: Refusal) {
    super('authorization server', `this client is not registered at ${issuer}${refusal === undefined ? '' : `: ${refusal.error}`}`);
    this.name = 'NotRegisteredError';
    this.issuer = issuer;
    this.refusal = refusal;
  }
}
