import { isIP } from 'node:net';
import * as z from 'zod';

/** One or more settings that a service cannot start with. Each problem is a sentence that names its environment variable. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Reads a service's settings from environment variables. An empty variable counts as absent, as in a compose file with `${VAR:-}`.
 *
 * @returns the validated settings, frozen.
 * @throws ConfigError naming every variable that is wrong, not only the first.
 */
export function readEnvironment<Schema extends z.ZodObject>(
  schema: Schema,
  environment: Record<string, string | undefined>,
): Readonly<z.infer<Schema>> {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
  const result = schema.safeParse(present);
  if (result.success) return Object.freeze(result.data);
  throw new ConfigError(result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`));
}

const number = (minimum: number, maximum: number, unit: string) =>
  z.codec(z.string(), z.int(), {
    decode: (text, context) => {
      const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= minimum && value <= maximum) return value;
      const message = `must be a whole number${unit} from ${minimum} to ${maximum} (it is "${text}")`;
      context.issues.push({ code: 'custom', message, input: text });
      return z.NEVER;
    },
    encode: String,
  });

/** A TCP port. */
export const port = number(1, 65_535, '');

/** A duration in whole seconds. */
export const seconds = (minimum: number, maximum: number) => number(minimum, maximum, ' of seconds');

/** A duration in whole days. */
export const days = (minimum: number, maximum: number) => number(minimum, maximum, ' of days');

/** A duration in whole milliseconds. */
export const milliseconds = (minimum: number, maximum: number) => number(minimum, maximum, ' of milliseconds');

/** An absolute http or https address without user, query or fragment. Kept as it is written: identifiers are compared letter by letter. */
export const httpUrl = z.string().refine(
  (text) => {
    if (!URL.canParse(text)) return false;
    const url = new URL(text);
    return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && !/[?#\s]/.test(text);
  },
  { abort: true, error: (issue) => `must be an absolute http or https address without query or fragment (it is "${String(issue.input)}")` },
);

const addressOf = (schemes: string[]) =>
  z.string().refine((text) => URL.canParse(text) && schemes.includes(new URL(text).protocol), {
    // The value may hold a password: it is not repeated.
    error: `must be an address that begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`,
  });

export const postgresUrl = addressOf(['postgres:', 'postgresql:']);
export const redisUrl = addressOf(['redis:', 'rediss:']);

/** `true` or `false`, in these words only. */
export const flag = z.codec(z.enum(['true', 'false'], { error: 'must be true or false' }), z.boolean(), {
  decode: (text) => text === 'true',
  encode: (value) => (value ? 'true' : 'false'),
});

/** An IP address, a network (`10.0.0.0/8`, but not that of everybody), or the name of a range that the proxy lookup knows. */
function isProxy(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', prefix, ...more] = text.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return bits > 0 && more.length === 0 && (prefix === undefined || (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= bits));
}

const networks = z.string().refine((list) => list.split(',').every((each) => isProxy(each.trim())), {
  error: (issue) => `must be addresses or networks separated by commas (it is "${String(issue.input)}")`,
});

/** The settings that every role has. */
export const commonSettings = {
  NODE_ENV: z.enum(['development', 'test', 'production'], { error: 'must be development, test or production' }).default('development'),
  HOST: z.string().default('localhost'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], { error: 'must be a pino log level' }).default('info'),
  LOG_FORMAT: z.enum(['json', 'pretty'], { error: 'must be json or pretty' }).optional(),
  /** Addresses or networks of the load balancers whose `X-Forwarded-*` headers are believed, separated by commas. */
  TRUSTED_PROXIES: networks.optional(),
  /** Records what the role exchanges, and lets its clock be moved and faults be put in: for learning and for tests, on a developer's machine. */
  LAB: flag.default(false),
  /** From where else than this machine the lab may be used: the network of the containers that the roles run in. */
  LAB_NETWORKS: networks.optional(),
};

/** Why a service with these settings must not start in production, as far as the lab is concerned. */
export function labOffences({ LAB }: { LAB: boolean }): string[] {
  return LAB ? ['LAB must not be true in production: it shows secrets, and lets anybody on the machine move the clock'] : [];
}

/** True for an address that only this machine can reach. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
}
