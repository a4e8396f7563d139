import { type BearerErrorCode, bearerErrorStatus } from '../error-codes.ts';

/** How an access token is presented: as all that is needed (RFC 6750), or with a proof of the key that it is bound to (RFC 9449 §7.1). */
export type AuthenticationScheme = 'Bearer' | 'DPoP';

/**
 * A request that is refused for its access token. Answered with a challenge (RFC 6750 §3, RFC 9449 §7.1).
 *
 * Without a code the request carried no credentials, and the challenge says nothing of an error (§3.1).
 * The description is sent; the cause is not.
 */
export class BearerError extends Error {
  readonly code: BearerErrorCode | undefined;
  readonly statusCode: number;
  /** The scheme that the request tried, if it tried one: the challenge of that scheme tells of the error. */
  readonly scheme: AuthenticationScheme | undefined;

  constructor(
    code: BearerErrorCode | undefined,
    description: string,
    options?: ErrorOptions & { scheme?: AuthenticationScheme | undefined },
  ) {
    super(description, options);
    this.name = 'BearerError';
    this.code = code;
    this.statusCode = code === undefined ? 401 : bearerErrorStatus[code];
    this.scheme = options?.scheme;
  }
}
