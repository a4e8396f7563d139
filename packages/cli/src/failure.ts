/** Something that went wrong and that a person can understand without a stack trace. */
export class Failure extends Error {
  readonly details: readonly string[];

  constructor(message: string, details: readonly string[] = [], options?: ErrorOptions) {
    super(message, options);
    this.name = 'Failure';
    this.details = details;
  }
}
