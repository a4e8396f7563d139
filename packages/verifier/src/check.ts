/** One thing that is tried with a subject: with a role's implementation. It passes by returning. */
export interface Check<Subject> {
  /** The requirements of the catalogue that it judges, the one it is about first. */
  ids: readonly [string, ...string[]];
  /** What is tried, in a few words: "a code that was never issued". */
  title: string;
  /** @throws Finding where the requirement is not met, does not apply, or cannot be tried. */
  run(subject: Subject): Promise<void>;
}

/** @param ids one id of the catalogue, or several with spaces between them. */
export function check<Subject>(ids: string, title: string, run: (subject: Subject) => Promise<void> | void): Check<Subject> {
  return {
    ids: ids.split(' ') as [string, ...string[]],
    title,
    run: async (subject) => run(subject),
  };
}

/** What can be asked of a role's implementation. */
export interface Suite<Subject> {
  /** In the order in which they are tried. */
  checks: readonly Check<Subject>[];
  /** Why the other requirements of the role are not judged from outside. */
  unseen: Readonly<Record<string, string>>;
}
