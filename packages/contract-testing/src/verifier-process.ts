import { once } from 'node:events';
import type { VerifierOptions } from '@pact-foundation/pact';
import { loadPactCore, type Outcome } from './quietly.ts';

// Verifies one provider, and sends what came of it. Whoever started this decides what becomes of what Pact writes meanwhile.
const [options] = (await once(process, 'message')) as [VerifierOptions];
const outcome: Outcome = await loadPactCore()
  .verifyPacts(options)
  .then(
    (report) => ({ report, kept: true }),
    (error: Error) => ({ report: error.message, kept: false }),
  );
process.send?.(outcome, () => process.disconnect());
