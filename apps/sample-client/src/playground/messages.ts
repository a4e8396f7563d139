/** What the page is told. Imports nothing, so that its scripts, which run elsewhere, can use the types. */

/** What the diagram needs of an exchange. No secret is in it: paths, and never a query. */
export interface ArrowSummary {
  id: string;
  trace: string;
  from: string;
  to: string;
  /** Milliseconds since the epoch, by the machine's clock. */
  startedAt: number;
  milliseconds?: number;
  method: string;
  path: string;
  title: string;
  status?: number;
  /** Where a redirect leads: origin and path. */
  leadsTo?: string;
  failed: boolean;
  fault?: string;
}

/** A lesson that was begun. */
export interface RunView {
  id: string;
  lesson: string;
  /** All exchanges of the run are part of this trace. */
  trace: string;
  /** How many steps have been taken. */
  taken: number;
  state: 'waiting' | 'running' | 'ended' | 'failed';
  outcome?: {
    kind: 'worked' | 'refused';
    text: string;
    /** The id of the exchange that shows it. */
    arrow: string;
    refusedBy?: string;
    check?: string;
    rule?: { name: string; url: string };
  };
  /** What was not as it should have been. */
  problem?: string;
}
