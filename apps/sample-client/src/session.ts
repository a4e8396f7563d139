import type {} from '@fastify/session';
import type { Connection } from './access/access.ts';
import type { Attempt } from './sign-in/attempt.ts';
import type { Tries } from './notes/recovery.ts';

/** What the user typed into the form for a new note. */
export interface Draft {
  title: string;
  body: string;
}

declare module 'fastify' {
  interface Session {
    /** Authorization requests that have not been answered yet. */
    attempts?: Attempt[];
    /** Where this session's access is kept. */
    connection?: Connection;
    /** A device authorization that is under way: where it is kept. */
    device?: string;
    /** How often access was asked for again, for each operation that has not succeeded since. */
    tries?: Tries;
    /** A note that could not be saved before access was asked for again. */
    draft?: Draft;
    /** What the authorization server said when it refused the last attempt. */
    refusal?: { error: string; description?: string };
  }
}
