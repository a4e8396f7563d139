import type { Change, Direction } from './change.ts';
import { compareSchemas } from './compare-schemas.ts';
import type { Schema } from './keywords.ts';

export interface Consequence extends Change {
  /** Who is broken, if it is breaking: roles of the release before. */
  breaks: string[];
}

interface MessagesDocument {
  $defs: Record<string, Schema & { 'x-sender': string; 'x-receivers': string[] }>;
}

/**
 * What has changed in the messages and tokens. Each is seen from the role that serves: it receives what clients send, and what a resource server
 * asks the authorization server.
 */
export function compareMessages(before: MessagesDocument, after: MessagesDocument): Consequence[] {
  const roots = { before, after };
  const changed = Object.entries(before.$defs).flatMap(([name, old]): Consequence[] => {
    const { 'x-sender': sender, 'x-receivers': receivers } = old;
    const current = after.$defs[name];
    if (current === undefined) return [{ where: name, what: 'is gone', breaking: true, breaks: [sender, ...receivers] }];
    const direction: Direction = sender === 'client' || receivers.includes('authorization-server') ? 'receives' : 'sends';
    const breaks = direction === 'receives' ? [sender] : receivers;
    return compareSchemas(old, current, direction, name, roots).map((change) => ({ ...change, breaks }));
  });
  const added = Object.keys(after.$defs).filter((name) => !(name in before.$defs));
  return [...changed, ...added.map((name) => ({ where: name, what: 'is new', breaking: false, breaks: [] }))];
}
