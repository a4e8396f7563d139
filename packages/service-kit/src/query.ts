import * as z from 'zod';

const MAXIMUM_LIMIT = 100;

/** A query parameter that may be given once: its values, of which there is one, as `schema` has it. */
export const once = <Schema extends z.ZodType<unknown, string>>(schema: Schema) =>
  z
    .array(z.string())
    .length(1, 'must be given only once')
    .transform(([value]) => value as string)
    .pipe(schema);

/** How many entries of a list are asked for. */
export const pageLimit = z
  .string()
  .refine((text) => /^[1-9]\d{0,2}$/.test(text) && Number(text) <= MAXIMUM_LIMIT, `must be a whole number from 1 to ${MAXIMUM_LIMIT}`)
  .transform(Number);
