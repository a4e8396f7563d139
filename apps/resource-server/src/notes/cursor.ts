import { pageCursor } from '@rolecall/contracts/notes';
import * as z from 'zod';
import type { Position } from '../stores/types.ts';

/** Milliseconds within the years that a database can keep, and a note's id. */
const content = z.tuple([z.int().min(0).max(253_402_300_799_999), z.uuid()]);

/**
 * A position in a list as a client gets it and gives it back: opaque, yet without secrets.
 * A forged one can only point into its sender's own notes, so it is not signed.
 */
export const cursor = z.codec(pageCursor, z.custom<Position>(), {
  decode: (text, context) => {
    const position = decode(text);
    if (position === undefined) {
      context.issues.push({ code: 'custom', message: 'is not one that this server gave', input: text });
      return z.NEVER;
    }
    return position;
  },
  encode: ({ createdAt, id }) => Buffer.from(JSON.stringify([createdAt.getTime(), id])).toString('base64url'),
});

function decode(text: string): Position | undefined {
  try {
    const [milliseconds, id] = content.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return { createdAt: new Date(milliseconds), id };
  } catch {
    return undefined;
  }
}
