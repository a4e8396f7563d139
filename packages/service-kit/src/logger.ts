import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';

export interface LoggerOptions {
  /** The role's name, on every line. */
  name: string;
  level: string;
  /** `pretty` for people, `json` for machines; by default pretty on a terminal. */
  format?: 'json' | 'pretty' | undefined;
  /** Where lines go instead of standard output. */
  destination?: DestinationStream;
}

/** Names under which a secret may be logged by mistake. Defence in depth: nothing of the kind is logged on purpose. */
const SECRET_NAMES = [
  'authorization',
  'cookie',
  'set-cookie',
  'dpop',
  'password',
  'secret',
  'client_secret',
  'client_assertion',
  'code',
  'code_verifier',
  'token',
  'access_token',
  'refresh_token',
  'id_token',
];
const REDACTED_PATHS = SECRET_NAMES.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);

/** A structured logger that never writes a query string, a header or a body, where codes, tokens and secrets travel. */
export async function createLogger(options: LoggerOptions): Promise<Logger> {
  const pretty = options.format === undefined ? options.destination === undefined && process.stdout.isTTY : options.format === 'pretty';
  const settings = {
    name: options.name,
    level: options.level,
    redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
    serializers: {
      req: (request: { method: string; url: string; ip: string }) => ({
        method: request.method,
        path: request.url.split('?', 1)[0],
        address: request.ip,
      }),
      res: (reply: { statusCode: number }) => ({ status: reply.statusCode }),
      err: withoutCommand,
    },
  };
  if (!pretty) return options.destination ? pino(settings, options.destination) : pino(settings);
  const { default: prettyStream } = await import('pino-pretty');
  return pino(
    settings,
    prettyStream({ ignore: 'pid,hostname', singleLine: true, ...(options.destination && { destination: options.destination }) }),
  );
}

/**
 * ioredis puts the failed command on its errors, and with it the values that were to be kept: it is left out.
 * An error's own code goes by another name, since `code` is what authorization codes are called.
 */
function withoutCommand(error: Error): object {
  const { command: _, code: reason, ...rest } = stdSerializers.err(error) as object as Record<string, unknown>;
  return { ...rest, ...(reason !== undefined && { reason }) };
}
