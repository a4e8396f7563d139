/** What a check has found out about a requirement. */
export type Verdict = 'passed' | 'failed' | 'not applicable' | 'not tried';

/** How a check ends that does not pass. */
export class Finding extends Error {
  override readonly name = 'Finding';
  readonly verdict: Exclude<Verdict, 'passed'>;

  constructor(verdict: Exclude<Verdict, 'passed'>, because: string) {
    super(because);
    this.verdict = verdict;
  }
}

/** Ends a check: the requirement is not met. @param because what was seen instead, as the end of a sentence. */
export function failed(because: string): never {
  throw new Finding('failed', because);
}

/** Ends a check: what it is about is not offered. */
export function notApplicable(because: string): never {
  throw new Finding('not applicable', because);
}

/** Ends a check that could not be made. @param because what is missing, and how it can be given. */
export function notTried(because: string): never {
  throw new Finding('not tried', because);
}

/** @throws Finding (`failed`) where the condition does not hold. */
export function require(condition: unknown, because: string): asserts condition {
  if (!condition) failed(because);
}
