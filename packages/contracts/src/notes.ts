import * as z from 'zod';

/** Text that every store can hold: no NUL character, no half of a surrogate pair. */
const text = (maximum: number) =>
  z
    .string()
    .max(maximum, `must have at most ${maximum} characters`)
    .refine((value) => !value.includes('\0') && value.isWellFormed(), 'must be well-formed text without NUL characters');

/** What a client sends to create or replace a note. Unknown members are refused: this API is ours and a typing error should be seen. */
export const noteContent = z.strictObject({
  title: text(200).refine((value) => value.trim() !== '', 'must not be empty'),
  body: text(20_000).default(''),
});

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

export type NoteContent = z.infer<typeof noteContent>;
export type Note = z.infer<typeof note>;
export type NotePage = z.infer<typeof notePage>;
