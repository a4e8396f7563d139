import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';

export interface LoggerOptions {
  /** The role's name, on every line. */
  name: string;
  level: string;
  /** `pretty` for people, `json` for machines; by default pretty on a terminal. */
  format?: 'json' | 'pretty' | undefined;
  /** Where lines go instead of standard output. */
  destination?: DestinationStream;
  /** Where lines go as well, as JSON. */
  also?: DestinationStream | undefined;
}

/** Names under which a secret may be logged by mistake. Defence in depth: nothing of the kind is logged on purpose. */
const SECRET_NAMES = new Set([
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
]);
const CENSOR = '[redacted]';

/** Lines are written some at a time, at the latest after this many milliseconds: a write for each took a tenth of a busy server's time. What is left at the end is written before the process ends. */
const TO_STANDARD_OUTPUT = { dest: 1, sync: false, minLength: 12_288, periodicFlush: 100 } as const;

/** A structured logger that never writes a query string, a header or a body, where codes, tokens and secrets travel. */
export async function createLogger(options: LoggerOptions): Promise<Logger> {
  const pretty = options.format === undefined ? options.destination === undefined && process.stdout.isTTY : options.format === 'pretty';
  const settings = {
    name: options.name,
    level: options.level,
    // What is deeper is looked through as it is logged: pino's own paths with wildcards took a seventh of a busy server's time.
    redact: { paths: [...SECRET_NAMES].map((name) => `["${name}"]`), censor: CENSOR },
    formatters: { log: withoutSecrets },
    serializers: {
      req: (request: { method: string; url: string; address?: string; ip: string }) => ({
        method: request.method,
        path: pathOf(request.url),
        // A request that cannot be understood has none yet.
        address: request.address || request.ip,
      }),
      res: (reply: { statusCode: number }) => ({ status: reply.statusCode }),
      err: withoutCommand,
    },
  };
  const destination = pretty ? await prettyDestination(options.destination) : (options.destination ?? pino.destination(TO_STANDARD_OUTPUT));
  if (options.also === undefined) return pino(settings, destination);
  return pino(settings, pino.multistream([destination, options.also].map((stream) => ({ level: 'trace', stream }))));
}

async function prettyDestination(destination: DestinationStream | undefined): Promise<DestinationStream> {
  const { default: prettyStream } = await import('pino-pretty');
  return prettyStream({ ignore: 'pid,hostname', singleLine: true, ...(destination && { destination }) });
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

/** The names of what is serialized into something else before it is written. */
const SERIALIZED = new Set(['req', 'res', 'err']);

/** The same, with what is named like a secret blotted out, one and two levels down. */
function withoutSecrets(line: Record<string, unknown>): Record<string, unknown> {
  let clean = line;
  for (const name in line) {
    if (SERIALIZED.has(name)) continue;
    const value = blotted(line[name], 2);
    if (value !== line[name]) clean = { ...clean, [name]: value };
  }
  return clean;
}

function blotted(value: unknown, levels: number): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  let clean: Record<string, unknown> | undefined;
  for (const [name, inner] of Object.entries(value)) {
    const blot = SECRET_NAMES.has(name) ? CENSOR : levels > 1 ? blotted(inner, levels - 1) : inner;
    if (blot !== inner) (clean ??= (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>)[name] = blot;
  }
  return clean ?? value;
}

/**
 * ioredis puts the failed command on its errors, and with it the values that were to be kept: it is left out.
 * An error's own code goes by another name, since `code` is what authorization codes are called.
 */
function withoutCommand(error: Error): object {
  const { command: _, code: reason, ...rest } = stdSerializers.err(error) as object as Record<string, unknown>;
  return blotted({ ...rest, ...(reason !== undefined && { reason }) }, 2) as object;
}
