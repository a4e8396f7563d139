import * as z from 'zod';

/** What is limited, and to how many requests a minute: a route names its limit in its `config`. */
export type RateLimits = Readonly<Record<LimitName, number>>;

/** Generous: nobody who works with this server comes near, a flood does. Infinity: not limited. */
const DEFAULTS = {
  token: 12_000,
  introspect: 60_000,
  revoke: 12_000,
  // Each is a row that stays for a while.
  register: 60,
  authorize: 3_000,
  login: 600,
  // Some resource servers behind one address ask every two seconds.
  revocations: 6_000,
  admin: 6_000,
};

export type LimitName = keyof typeof DEFAULTS;

const NAMES = Object.keys(DEFAULTS) as LimitName[];
const MESSAGE = `must be off, or a list of limits a minute such as token=12000,login=off, of ${NAMES.join(', ')}`;

/** `off`, or those that differ from the defaults: `token=24000,introspect=off`. */
export const rateLimits = z.string().transform((text, context): RateLimits => {
  const limits: Record<LimitName, number> = { ...DEFAULTS };
  if (text === 'off') NAMES.forEach((name) => (limits[name] = Number.POSITIVE_INFINITY));
  else
    for (const entry of text.split(',')) {
      const [, name = '', value = ''] = /^([a-z]+)=([1-9]\d{0,8}|off)$/.exec(entry) ?? [];
      if (Object.hasOwn(limits, name)) limits[name as LimitName] = value === 'off' ? Number.POSITIVE_INFINITY : Number(value);
      else context.addIssue(MESSAGE);
    }
  return Object.freeze(limits);
});

export const defaultRateLimits: RateLimits = Object.freeze({ ...DEFAULTS });
