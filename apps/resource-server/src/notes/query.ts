import { queryParameters } from '@rolecall/service-kit/parameters';
import * as z from 'zod';
import { validate } from '../validate.ts';
import { cursor } from './cursor.ts';

const MAXIMUM_LIMIT = 100;
const DEFAULT_LIMIT = 20;

const once = <Schema extends z.ZodType<unknown, string>>(schema: Schema) =>
  z
    .array(z.string())
    .length(1, 'must be given only once')
    .transform(([value]) => value as string)
    .pipe(schema);

const limit = z
  .string()
  .refine((text) => /^[1-9]\d{0,2}$/.test(text) && Number(text) <= MAXIMUM_LIMIT, `must be a whole number from 1 to ${MAXIMUM_LIMIT}`)
  .transform(Number);

const page = z.strictObject({ limit: once(limit).default(DEFAULT_LIMIT), cursor: once(cursor).optional() });

/**
 * Which page of a list is asked for.
 *
 * @throws InvalidRequestError for anything that is not understood: a misspelt parameter that is ignored would give the wrong page.
 */
export function readPage(url: string): z.output<typeof page> {
  return validate(page, { ...queryParameters(url) }, 'the query is not valid');
}

/** Refuses a query where none is understood. @throws InvalidRequestError */
export function refuseQuery(url: string): void {
  validate(z.strictObject({}), { ...queryParameters(url) }, 'no query is understood here');
}
