/** A refusal that a person reads. Shown by the authorization server itself: nothing is sent to any client. */
export class PageError extends Error {
  readonly status: number;
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(title: string, explanation: string, options: { status?: number; headers?: Record<string, string>; cause?: unknown } = {}) {
    super(explanation, { cause: options.cause });
    this.name = 'PageError';
    this.title = title;
    this.status = options.status ?? 400;
    this.headers = options.headers ?? {};
  }
}
