/** What is wrong with one field of a request. */
export interface Problem {
  field: string;
  problem: string;
}

/** A request that cannot be carried out as it is: answered with `invalid_request` and what is wrong with each field. */
export class InvalidRequestError extends Error {
  readonly statusCode: number;
  readonly details: readonly Problem[];

  constructor(description: string, details: readonly Problem[] = [], statusCode = 400) {
    super(description);
    this.name = 'InvalidRequestError';
    this.statusCode = statusCode;
    this.details = details;
  }
}
