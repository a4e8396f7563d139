import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { VerifierOptions } from '@pact-foundation/pact';

/** Pact's native library, as {@link https://www.npmjs.com/package/@pact-foundation/pact-core | pact-core} has it: one object for all who load it. */
export interface PactCore {
  /** @returns the report, as JSON. Rejects with it where an interaction fails. */
  verifyPacts(options: VerifierOptions): Promise<string>;
}

/** What the other process answers: the report, and whether all is as it should be. */
export interface Outcome {
  report: string;
  kept: boolean;
}

export const loadPactCore = (): PactCore => (createRequire(import.meta.url)('@pact-foundation/pact-core') as { default: PactCore }).default;

/**
 * Has all verifications of this process run in others. The library writes its report to the terminal by itself and cannot be told not to: where answers
 * are changed on purpose it would say FAILED in a run in which all is well. What failed is in the report all the same, and in the tests' own lines.
 */
export function verifyQuietly(): void {
  loadPactCore().verifyPacts = async (options) => {
    // Functions stay here: what they do is done by Pact's proxy, which is in this process.
    const child = fork(fileURLToPath(new URL('verifier-process.ts', import.meta.url)), {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: [],
    });
    let outcome: Outcome | undefined;
    child.once('message', (message) => (outcome = message as Outcome));
    child.send(JSON.parse(JSON.stringify(options)) as object);
    const [written, complaints] = await Promise.all([text(child.stdout as never), text(child.stderr as never), once(child, 'close')]);
    if (outcome === undefined) throw new Error(`the verifier broke off\n${written}\n${complaints}`);
    if (!outcome.kept) throw new Error(outcome.report);
    return outcome.report;
  };
}
