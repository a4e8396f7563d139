/** An answer to a request that is not let in. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string | undefined;
  /** More parameters of the challenge. */
  readonly parameters: Record<string, string>;
  readonly scheme: 'Bearer' | 'DPoP';

  constructor(status: number, code?: string, { scheme = 'Bearer' as 'Bearer' | 'DPoP', parameters = {} as Record<string, string> } = {}) {
    super(code ?? 'no credentials');
    this.status = status;
    this.code = code;
    this.parameters = parameters;
    this.scheme = scheme;
  }
}

export const invalidToken = (): Refusal => new Refusal(401, 'invalid_token');

/** A fault that is not the caller's: answered with 500. */
export class Breakdown extends Error {}
