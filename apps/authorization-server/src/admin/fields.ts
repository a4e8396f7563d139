import { scopeString } from '@rolecall/contracts/scope';
import * as z from 'zod';

/** Text for people, that every store can hold and that shows as what it is: no control characters, no half of a surrogate pair. */
export const text = (maximum: number) =>
  z
    .string()
    .max(maximum, `must have at most ${maximum} characters`)
    .refine((value) => value.trim() !== '' && !/\p{Cc}/u.test(value) && value.isWellFormed(), 'must be a line of text');

/** A list of scopes, as OAuth writes it (RFC 6749 §3.3); the empty text is the empty list. */
export const scope = z
  .string()
  .max(10_000)
  .refine((value) => value === '' || scopeString.safeParse(value).success, 'must be scopes separated by single spaces');

/** A time as the API writes it: ISO 8601 in UTC. Milliseconds since the epoch inside. */
export const time = z.codec(z.iso.datetime(), z.number(), {
  decode: (value) => Date.parse(value),
  encode: (value) => new Date(value).toISOString(),
});

/** The same, for answers. */
export const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** How many seconds something lives. */
export const lifetime = (minimum: number, maximum: number) =>
  z
    .int(`must be a whole number of seconds`)
    .min(minimum, `must be at least ${minimum} seconds`)
    .max(maximum, `must be at most ${maximum} seconds`);
