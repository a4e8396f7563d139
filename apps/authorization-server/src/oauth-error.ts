import { type OAuthErrorCode, oauthErrorStatus } from '@rolecall/contracts/error-codes';

/**
 * A refusal in the protocol's own words. Who catches it writes it as the endpoint requires: JSON (RFC 6749 §5.2) or a redirect (§4.1.2.1).
 * `code` and `description` are sent; `cause` is logged and never sent.
 */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;

  constructor(
    code: OAuthErrorCode,
    description: string,
    options: { cause?: unknown; headers?: Record<string, string>; status?: number } = {},
  ) {
    super(description, { cause: options.cause });
    this.name = 'OAuthError';
    this.code = code;
    this.headers = options.headers ?? {};
    this.status = options.status ?? oauthErrorStatus[code];
  }

  /** The description in the characters that RFC 6749 §5.2 allows: others, which can only come from what a caller sent, become `?`. */
  get description(): string {
    return this.message.replaceAll('"', "'").replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '?');
  }
}

/** Too many failures from one place: refused before anything is checked. */
export function tooManyAttempts(retryAfterSeconds: number): OAuthError {
  return new OAuthError('invalid_request', 'Too many failed attempts. Try again later.', {
    status: 429,
    headers: { 'retry-after': String(retryAfterSeconds) },
  });
}
