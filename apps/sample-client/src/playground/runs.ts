import { randomUUID } from 'node:crypto';
import type { Role } from '@rolecall/lab/exchange';
import type { LabClient } from '@rolecall/lab/lab-client';
import { newSpan } from '@rolecall/lab/trace-context';
import type { Lesson } from './lessons/lesson.ts';
import { type Addresses, createStage, type Stage } from './lessons/stage.ts';
import type { RunView } from './messages.ts';
import { openScriptedBrowser } from './scripted-browser.ts';
import type { Traffic } from './traffic.ts';

export interface Runs {
  start(lesson: Lesson): RunView;
  find(id: string): RunView | undefined;
  /** Takes the next step, or all that are left. Resolves when that is done; undefined where there is no such run. Steps are taken one after another. */
  proceed(id: string, all: boolean): Promise<RunView | undefined>;
}

interface Run {
  view: RunView;
  lesson: Lesson;
  stage: Stage;
}

const MAXIMUM_RUNS = 50;

export function createRuns(options: {
  traffic: Traffic;
  labs: Readonly<Record<Role, LabClient>>;
  addresses: Addresses;
  onChange: (run: RunView) => void;
}): Runs {
  const { traffic, labs, addresses, onChange } = options;
  const runs = new Map<string, Run>();
  // All runs share the clock and the faults: one is under way at a time, whoever asks.
  let busy = Promise.resolve();

  const change = (run: Run, changes: Partial<RunView>): void => {
    run.view = { ...run.view, ...changes };
    onChange(run.view);
  };

  const takeStep = async (run: Run): Promise<void> => {
    const { lesson, stage, view } = run;
    const step = lesson.steps[view.taken];
    if (step === undefined || view.state === 'failed') return;
    change(run, { state: 'running' });
    try {
      const outcome = await step.act(stage);
      await traffic.settled(view.trace);
      const taken = view.taken + 1;
      if (!outcome) return change(run, { taken, state: taken === lesson.steps.length ? 'ended' : 'waiting' });
      change(run, { taken, state: 'ended', outcome: { ...outcome, arrow: outcome.arrow.id } });
    } catch (error) {
      await traffic.settled(view.trace);
      change(run, { state: 'failed', problem: (error as Error).message });
    } finally {
      // What a lesson has broken does not stay so.
      if (run.view.state !== 'waiting') await stage.mend();
    }
  };

  return {
    start: (lesson) => {
      const id = randomUUID();
      const { traceId: trace } = newSpan();
      const stage = createStage({
        trace,
        traffic,
        labs,
        addresses,
        alice: openScriptedBrowser(trace, 'browser'),
        attacker: openScriptedBrowser(trace, 'attacker'),
      });
      const run: Run = { view: { id, lesson: lesson.id, trace, taken: 0, state: 'waiting' }, lesson, stage };
      runs.set(id, run);
      const oldest = runs.keys().next();
      if (runs.size > MAXIMUM_RUNS && !oldest.done) runs.delete(oldest.value);
      onChange(run.view);
      return run.view;
    },
    find: (id) => runs.get(id)?.view,
    proceed: async (id, all) => {
      const run = runs.get(id);
      if (run === undefined) return undefined;
      busy = busy.then(async () => {
        do await takeStep(run);
        while (all && run.view.state === 'waiting');
      });
      await busy;
      return run.view;
    },
  };
}
