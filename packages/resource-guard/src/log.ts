/** Where the guard tells what happens: pino's interface, and that of many others. */
export interface Log {
  info(details: object, message: string): void;
  error(details: object, message: string): void;
}
