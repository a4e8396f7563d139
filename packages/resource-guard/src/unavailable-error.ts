/** What is needed to judge a request cannot be had now: it can be neither accepted nor refused. The message is for the log. */
export class UnavailableError extends Error {
  readonly statusCode = 503;
  readonly retryAfterSeconds = 2;
}
