import type { Observation, PointOfView } from './finding.ts';
import type { Role } from './settings.ts';
import type { Subject } from './subject.ts';

/** One thing that is looked at, from one point of view. */
export interface Check {
  /** A word or two, unique in its point of view. */
  name: string;
  view: PointOfView;
  /** The roles that it is about: it is not made where one of them is left out. */
  roles: readonly Role[];
  /** Nothing where there is nothing to say, because another check says it already. */
  look(subject: Subject): Promise<Observation[]>;
}
