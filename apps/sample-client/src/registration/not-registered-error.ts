import type { Refusal } from '../callback/authorization-response.ts';

/** The authorization server does not know this client, and there is no way left to introduce it: a person has to. */
export class NotRegisteredError extends Error {
  readonly issuer: string;
  /** What the authorization server said when this client tried to register itself. */
  readonly refusal: Refusal | undefined;
  readonly statusCode = 502;

  constructor(issuer: string, refusal?: Refusal) {
    super(`this client is not registered at ${issuer}${refusal === undefined ? '' : `: ${refusal.error}`}`);
    this.name = 'NotRegisteredError';
    this.issuer = issuer;
    this.refusal = refusal;
  }
}
