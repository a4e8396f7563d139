import { describeEnding, type RoleProcess, type RoleSpec, startRole } from './role-process.ts';

/** A role that ended although nobody had asked it to. */
export interface RoleFailure {
  role: string;
  /** What there is to tell: the role's own reasons where it gave some, else how it ended and what it wrote last. */
  lines: string[];
}

export interface SupervisorEvents {
  onReady(role: string): void;
  onLine(role: string, line: string): void;
}

export interface Supervisor {
  /** Resolves with undefined when all roles were stopped on request, or with the failure that ended them. No process is left then. */
  finished: Promise<RoleFailure | undefined>;
  /** Resolves when every role is ready; stays open when one fails before. */
  ready: Promise<void>;
  /** Asks every role to close. May be called again. */
  stop(): void;
}

/** How many of the last lines are kept of a role, to be shown when it dies without a word. */
const LAST_LINES = 40;

/** Starts the roles and keeps them together: when one ends by itself, the others are stopped too. */
export function supervise(specs: readonly RoleSpec[], events: SupervisorEvents): Supervisor {
  const { promise: finished, resolve: finish } = Promise.withResolvers<RoleFailure | undefined>();
  const { promise: ready, resolve: allReady } = Promise.withResolvers<void>();
  const waiting = new Set(specs.map((spec) => spec.name));
  let stopping = false;

  const running: RoleProcess[] = specs.map((spec) => {
    const lastLines: string[] = [];
    const role = startRole(spec, (line) => {
      lastLines.push(line);
      if (lastLines.length > LAST_LINES) lastLines.shift();
      events.onLine(spec.name, line);
    });
    role.ready.then(
      () => {
        waiting.delete(spec.name);
        events.onReady(spec.name);
        if (waiting.size === 0) allReady();
      },
      () => {
        // It has ended, which is told below.
      },
    );
    void role.ended.then((ending) => {
      if (!stopping) endAll(failureOf(spec.name, describeEnding(ending), lastLines));
    });
    return role;
  });

  const endAll = (failure: RoleFailure | undefined): void => {
    stopping = true;
    void Promise.all(running.map((role) => role.stop())).then(() => finish(failure));
  };
  return {
    finished,
    ready,
    stop: () => {
      if (!stopping) endAll(undefined);
    },
  };
}

function failureOf(role: string, ending: string, lastLines: string[]): RoleFailure {
  const reasons = lastLines.filter((line) => line.startsWith(`${role}: cannot start: `));
  if (reasons.length > 0) return { role, lines: reasons };
  return { role, lines: [`${role}: ended by itself (${ending})`, ...lastLines.map((line) => `  ${line}`)] };
}
