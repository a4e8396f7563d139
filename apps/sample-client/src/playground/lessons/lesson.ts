import type { Role } from '@rolecall/lab/exchange';
import type { Arrow } from '../arrow.ts';
import type { Rule } from '../explain/requests.ts';
import type { Stage } from './stage.ts';

/** Something to run or to step through: what people see is what the roles do, and nothing is played. */
export interface Lesson {
  id: string;
  group: 'grant' | 'attack' | 'fault';
  title: string;
  /** What it shows, in a sentence or two. */
  summary: string;
  steps: readonly Step[];
}

export interface Step {
  /** What happens, in a few words. */
  title: string;
  /** What to look at, and why it is so. */
  text: string;
  /** Makes it happen. The last step of a lesson answers how it ended. Throws an Error that says what was not as it should be. */
  act(stage: Stage): Promise<Outcome | void>;
}

/** How a lesson ended, by what went over the wire. */
export interface Outcome {
  /** `worked`: what was to be shown has worked. `refused`: the attack, or the broken thing, was refused. */
  kind: 'worked' | 'refused';
  /** In a sentence. */
  text: string;
  /** The exchange that shows it. */
  arrow: Arrow;
  /** Who refused it, for what reason: the check's id in the list of requirements, and the rule that it comes from. */
  refusedBy?: Role;
  check?: string;
  rule?: Rule;
}
