import { pageLimit } from '@rolecall/contracts/notes';
import { queryParameters } from '@rolecall/service-kit/parameters';
import { once } from '@rolecall/service-kit/query';
import { validate } from '@rolecall/service-kit/validate';
import * as z from 'zod';
import { cursor } from './cursor.ts';

const DEFAULT_LIMIT = 20;

const page = z.strictObject({ limit: once(pageLimit.transform(Number)).default(DEFAULT_LIMIT), cursor: once(cursor).optional() });

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
