import { verifyAuthorizationServer } from '@rolecall/verifier/authorization-server/verify';
import type { Report } from '@rolecall/verifier/report';
import { type Contestant, contestants } from './servers.ts';

/** What was found out about a contestant. */
export interface Outcome {
  contestant: Contestant;
  report: Report;
}

/** Starts the contestants, one after the other, and verifies each. */
export async function verifyAll(): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const contestant of contestants) {
    const { options, stop } = await contestant.start();
    try {
      outcomes.push({ contestant, report: await verifyAuthorizationServer({ ...options, profiles: contestant.profiles }) });
    } finally {
      await stop();
    }
  }
  return outcomes;
}
