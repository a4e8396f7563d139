import { isPlainText } from '@rolecall/contracts/plain-text';
import { scopeString } from '@rolecall/contracts/scope';
import * as z from 'zod';

/** Text for people: it shows as what it is. */
export const text = (maximum: number) =>
  z.string().max(maximum, `must have at most ${maximum} characters`).refine(isPlainText, 'must be a line of text');

/** Can a store hold it? It takes neither NUL nor half of a surrogate pair. */
export const isStorable = (value: string): boolean => !value.includes('\0') && value.isWellFormed();

/** What something is known by that is there, or may be: a text that can be looked for. */
export const identifier = z.string().min(1).max(256).refine(isStorable, 'must be well-formed and without NUL');

/** A list of scopes, as OAuth writes it (RFC 6749 §3.3); the empty text is the empty list. */
export const scope = z
  .string()
  .max(10_000)
  .refine((value) => value === '' || scopeString.safeParse(value).success, 'must be scopes separated by single spaces');

/** A time as the API writes it: ISO 8601 in UTC. Milliseconds since the epoch inside. */
export const time = z.codec(z.iso.datetime(), z.int().min(0, 'must be 1970 or later'), {
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
