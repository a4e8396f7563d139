import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Faults } from './faults.ts';
import type { Claims } from './jwt.ts';
import { Refusal } from './refusal.ts';

/** The sessions of an MCP server: each belongs to one user. */
export interface Sessions {
  /** The session that a request names, or a new one. @throws Refusal where it is another user's */
  of(claims: Claims, handle: string | string[] | undefined): string;
}

export function createSessions(faults: Faults): Sessions {
  const owners = new Map<string, unknown>();
  return {
    of: ({ sub }, handle) => {
      const named = typeof handle === 'string' ? handle : undefined;
      if (named !== undefined && owners.get(named) !== sub && !faults.has('sessionOfAnybody')) throw new Refusal(404);
      const session = named ?? (faults.has('sessionGuessable') ? String(owners.size + 1) : randomUUID());
      owners.set(session, sub);
      return session;
    },
  };
}

/** A page that is not this machine's has no business here. */
export function refuseOrigin({ headers: { origin } }: FastifyRequest, faults: Faults): void {
  if (origin !== undefined && !origin.startsWith('http://localhost:') && !faults.has('anyOrigin')) throw new Refusal(403);
}
