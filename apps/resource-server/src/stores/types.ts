import type { NoteContent } from '@rolecall/contracts/notes';
import type { ReplayStore } from '@rolecall/resource-guard/dpop/replays';

/** Whose notes they are. Users are known by issuer and subject together: a subject is unique only within its issuer. */
export interface Owner {
  issuer: string;
  subject: string;
}

export interface StoredNote extends NoteContent {
  id: string;
  createdAt: Date;
  updatedAt: Date;
}

/** A place in a user's list of notes: after the note that was made then and has this id. */
export interface Position {
  createdAt: Date;
  id: string;
}

/** The notes of all users. Fails with a StoreUnavailableError where they cannot be had. Every method sees one user's notes only: another's are as if they were not there. */
export interface NoteStore {
  /** At most `limit` notes, newest first, from the beginning or after a position. */
  list(owner: Owner, page: { limit: number; after: Position | undefined }): Promise<StoredNote[]>;

  create(owner: Owner, note: StoredNote): Promise<StoredNote>;

  /** The note, or undefined where this user has none of that id. */
  find(owner: Owner, id: string): Promise<StoredNote | undefined>;

  /** Gives a note new content, and answers it; undefined where this user has none of that id. */
  replace(owner: Owner, id: string, content: NoteContent, updatedAt: Date): Promise<StoredNote | undefined>;

  /** Deletes a note. False where this user has none of that id. */
  remove(owner: Owner, id: string): Promise<boolean>;
}

/** All that this service keeps. */
export interface Stores {
  notes: NoteStore;
  /** Where it is remembered which proofs of keys were used. Undefined where there is one instance, which remembers it itself. */
  replays: ReplayStore | undefined;
  /** Resolves when the stores answer, rejects when they do not. */
  ping(): Promise<unknown>;
  close(): Promise<void>;
}
