import * as z from 'zod';

/** A note as the API answers it. Members that this client does not use are ignored. */
export const note = z.object({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/), // becomes a part of addresses
  title: z.string(),
  body: z.string(),
  created_at: z.iso.datetime({ offset: true }),
});

/** One page of notes. */
export const notePage = z.object({ notes: z.array(note), next_cursor: z.string().optional() });

/** How the API says what is wrong with a request. */
export const apiError = z.object({ error_description: z.string().max(1_000) });

export type Note = z.infer<typeof note>;
export type NotePage = z.infer<typeof notePage>;

/** What a note's id looks like. */
export const noteId = note.shape.id;
