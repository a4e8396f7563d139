import * as z from 'zod';

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
  .regex(/^([1-9]\d?|100)$/, 'must be a whole number from 1 to 100')
  .transform(Number);
