/** What went wrong, for programs; the message says it for people, and what to do. */
export type EcosystemErrorCode =
  | 'invalid_options'
  | 'port_taken'
  | 'cannot_start'
  | 'role_not_started'
  | 'unknown_user'
  | 'unknown_client'
  | 'unknown_fault'
  | 'login_refused'
  | 'authorization_refused'
  | 'access_denied'
  | 'token_refused'
  | 'addition_refused'
  | 'unexpected_page';

/** Every error of the kit's own. */
export class EcosystemError extends Error {
  readonly code: EcosystemErrorCode;

  constructor(code: EcosystemErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EcosystemError';
    this.code = code;
  }
}
