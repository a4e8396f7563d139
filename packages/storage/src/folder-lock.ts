import { DatabaseSync } from 'node:sqlite';

/** The file, beside a folder, whose lock says that a process works in the folder. */
export function lockFileOf(directory: string): string {
  return `${directory.replace(/[/\\]+$/, '')}.lock`;
}

/**
 * Takes the lock of a file for this process, and answers how to give it back. The operating system gives it back when the process ends, however it ends.
 * Node has no call for file locks; its SQLite locks a file in every operating system's own way.
 *
 * @returns undefined when another process has the lock.
 */
export function tryLock(file: string): (() => void) | undefined {
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE');
    return () => database.close();
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
}

const SQLITE_BUSY = 5;
