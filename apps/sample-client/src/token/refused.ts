import type { Refusal } from '../callback/authorization-response.ts';

/** The token endpoint answered with an error code (RFC 6749 §5.2). */
export class TokenRefusedError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(`the token endpoint refuses: ${refusal.error}`);
    this.name = 'TokenRefusedError';
    this.refusal = refusal;
  }
}
