/** Where the guard tells what happens: pino's interface, and that of many others. */
export interface Log {
  info(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** What went wrong, for the log: never more than the message, since the libraries' errors carry claims, and not even that where it quotes what was read. */
export function causeOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'it is not JSON';
  return error instanceof Error ? error.message : 'unknown';
}

/** Why a request was refused, for the log: what was thrown tells the caller less. */
export function reasonOf(error: unknown): string | undefined {
  return error instanceof Error && error.cause !== undefined ? causeOf(error.cause) : undefined;
}
