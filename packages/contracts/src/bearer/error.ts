import { type BearerErrorCode, bearerErrorStatus } from '../error-codes.ts';

/**
 * A request that is refused for its access token. Answered with a challenge (RFC 6750 §3).
 *
 * Without a code the request carried no credentials, and the challenge says nothing of an error (§3.1).
 * The description is sent; the cause is not.
 */
export class BearerError extends Error {
  readonly code: BearerErrorCode | undefined;
  readonly statusCode: number;

  constructor(code: BearerErrorCode | undefined, description: string, options?: ErrorOptions) {
    super(description, options);
    this.name = 'BearerError';
    this.code = code;
    this.statusCode = code === undefined ? 401 : bearerErrorStatus[code];
  }
}
