import { requirements } from '@rolecall/contracts/requirements/catalogue';
import type { Profile, Requirement, Role } from '@rolecall/contracts/requirements/requirement';
import { sectionLabel, sourceUrl } from '@rolecall/contracts/requirements/source';
import type { Check, Suite } from './check.ts';
import { createRedaction, type Exchange, type Redacted } from './exchange.ts';
import { Finding, notTried, type Verdict } from './finding.ts';
import type { Recorder } from './recorder.ts';
import type { Report, Result, Trial } from './report.ts';

/** Which requirements are verified. */
export interface Selection {
  /** What is required beside OAuth 2.1, which always is. */
  profiles?: readonly Profile[] | undefined;
  /** Ids, or the beginnings of ids (`AS-CODE`). All, unless it is said. */
  only?: readonly string[] | undefined;
  /** Ids or their beginnings that are left out, each with the reason that the report gives. */
  skip?: Readonly<Record<string, string>> | undefined;
}

export interface Progress {
  /** A check has ended. */
  onTrial?: ((ids: readonly string[], trial: Trial) => void) | undefined;
  /** How many checks there will be. */
  onStart?: ((checks: number) => void) | undefined;
}

/** The requirements of a role that are in a report: also those that are left out, with the reason. */
export function selectedRequirements(role: Role, { profiles = [], only }: Selection): Requirement[] {
  return requirements.filter(
    (each) =>
      each.role === role &&
      (each.profiles.length === 0 || each.profiles.some((profile) => profiles.includes(profile))) &&
      (only === undefined || named(each.id, only) !== undefined),
  );
}

interface Run<Subject> extends Selection, Progress {
  role: Role;
  /** What the report calls it. */
  name: string;
  suite: Suite<Subject>;
  subject: Subject;
  recorder: Recorder;
  /** What the verifier was given and no report may tell, by what stands for it. */
  secrets?: ReadonlyMap<string, string> | undefined;
}

const named = (id: string, names: readonly string[]): string | undefined => names.find((name) => id === name || id.startsWith(`${name}-`));

/**
 * Tries all checks of a suite that are selected, one after another, and says what was found out about each requirement of the role.
 *
 * @throws Finding (`not tried`) where something is selected or left out that does not exist.
 */
export async function runSuite<Subject>(run: Run<Subject>): Promise<Report> {
  const {
    role,
    name,
    suite,
    subject,
    recorder,
    profiles = [],
    only,
    skip = {},
    onTrial,
    onStart,
    secrets = new Map<string, string>(),
  } = run;
  refuseUnknown(role, [...(only ?? []), ...Object.keys(skip)]);
  const startedAt = new Date();
  const selected = selectedRequirements(role, { profiles, only });
  const wanted = new Set(selected.map(({ id }) => id).filter((id) => named(id, Object.keys(skip)) === undefined));
  const checks = suite.checks.filter(({ ids }) => ids.some((id) => wanted.has(id)));
  onStart?.(checks.length);

  const redacted = createRedaction(secrets);
  const trials = new Map<string, Trial[]>();
  for (const each of checks) {
    const trial = await tryOne(each, subject, recorder, redacted);
    for (const id of each.ids) trials.set(id, [...(trials.get(id) ?? []), trial]);
    onTrial?.(each.ids, trial);
  }
  return {
    role,
    subject: name,
    profiles,
    startedAt: startedAt.toISOString(),
    milliseconds: Date.now() - startedAt.getTime(),
    results: selected.map((requirement) => {
      const skipped = named(requirement.id, Object.keys(skip));
      if (skipped !== undefined) return resultOf(requirement, [], 'not tried', `left out: ${skip[skipped]}`);
      const own = trials.get(requirement.id) ?? [];
      if (own.length > 0) return resultOf(requirement, own, ...worstOf(own));
      return resultOf(requirement, [], 'not tried', suite.unseen[requirement.id] ?? 'there is no check for it yet');
    }),
  };
}

async function tryOne<Subject>(
  { title, run }: Check<Subject>,
  subject: Subject,
  recorder: Recorder,
  redacted: (exchanges: readonly Exchange[]) => Redacted,
): Promise<Trial> {
  recorder.take();
  const startedAt = performance.now();
  const end = (verdict: Verdict, because?: string): Trial => {
    const shown = redacted(recorder.take());
    return {
      title,
      verdict,
      ...(because !== undefined && { because: shown.text(because) }),
      milliseconds: Math.round(performance.now() - startedAt),
      exchanges: verdict === 'failed' ? shown.exchanges() : [],
    };
  };
  try {
    await run(subject);
    return end('passed');
  } catch (error) {
    if (error instanceof Finding) return end(error.verdict, error.message);
    // Not the implementation's fault: what the check itself did not foresee proves nothing.
    return end('not tried', `the check itself has failed: ${(error as Error).stack ?? String(error)}`);
  }
}

const WORST_FIRST: readonly Verdict[] = ['failed', 'not tried', 'passed', 'not applicable'];

function worstOf(trials: readonly Trial[]): [Verdict, string | undefined] {
  for (const verdict of WORST_FIRST) {
    const found = trials.find((trial) => trial.verdict === verdict);
    if (found !== undefined) return [verdict, found.because];
  }
  return ['not tried', undefined];
}

function resultOf(requirement: Requirement, trials: Trial[], verdict: Verdict, because: string | undefined): Result {
  const { id, group, level, core, mustReject, requirement: text, sources } = requirement;
  return {
    ...{ id, group, level, core, mustReject, requirement: text, verdict, trials },
    ...(because !== undefined && { because }),
    sources: sources.flatMap(({ document, sections }) =>
      sections.length === 0
        ? [{ label: document, url: sourceUrl(document) }]
        : sections.map((section) => ({ label: `${document} ${sectionLabel(section)}`, url: sourceUrl(document, section) })),
    ),
  };
}

/** @throws Finding (`not tried`) where a name is misspelled: what it was to select, or to leave out, would be something else. */
function refuseUnknown(role: Role, names: readonly string[]): void {
  const own = requirements.filter((each) => each.role === role);
  const unknown = names.filter((name) => !own.some(({ id }) => named(id, [name]) !== undefined));
  if (unknown.length > 0) notTried(`there is no requirement or group of the ${role} called ${unknown.join(', ')}`);
}
