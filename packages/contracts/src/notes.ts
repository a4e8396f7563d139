import * as z from 'zod';
import { bearerErrorCodes } from './error-codes.ts';

/** Text that every store can hold: no NUL character, no half of a surrogate pair. */
const text = (maximum: number) =>
  z
    .string()
    .max(maximum, `must have at most ${maximum} characters`)
    .refine((value) => !value.includes('\0') && value.isWellFormed(), 'must be well-formed text without NUL characters')
    .meta({ description: 'Well-formed text.', pattern: '^[^\\u0000]*$' });

/** Errors of the API's own. */
const apiErrorCodes = ['access_denied', 'not_found', 'server_error', 'temporarily_unavailable'] as const;

/** What a client sends to create or replace a note. Unknown members are refused: this API is ours and a typing error should be seen. */
export const noteContent = z.strictObject({
  title: text(200)
    .refine((value) => value.trim() !== '', 'must not be empty')
    .meta({ description: 'Well-formed text that is not blank.', pattern: '^[^\\u0000]*[^\\u0000\\s][^\\u0000]*$' }),
  body: text(20_000).default(''),
});

/** How many notes are asked for at once. */
export const pageLimit = z.string().regex(/^([1-9]\d?|100)$/, 'must be a whole number from 1 to 100');

/** Where a page begins: what the page before gave as `next_cursor`. */
export const pageCursor = z.string().max(200);

/** A note as the API answers it. Times are ISO 8601 in UTC. */
export const note = z.strictObject({
  id: z.uuid(),
  title: z.string(),
  body: z.string(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});

/** One page of notes, newest first. `next_cursor` is given when there are more. */
export const notePage = z.strictObject({ notes: z.array(note), next_cursor: z.string().optional() });

/** Why the API did not do what it was asked to do, with the problem of each field. Without credentials there is no code (RFC 6750 §3.1). */
export const notesError = z.strictObject({
  error: z.enum([...bearerErrorCodes, ...apiErrorCodes]).optional(),
  error_description: z.string(),
  details: z.array(z.strictObject({ field: z.string(), problem: z.string() })).optional(),
});

export type NotesError = z.infer<typeof notesError>;
export type NoteContent = z.infer<typeof noteContent>;
export type Note = z.infer<typeof note>;
export type NotePage = z.infer<typeof notePage>;
