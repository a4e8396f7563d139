/** Whose view of the others something is. */
export type PointOfView = 'authorization server' | 'resource server' | 'client' | 'browser';

/** What is wrong, for somebody who may be new to OAuth. */
export interface Trouble {
  /** What was found, in a line. */
  seen: string;
  /** Why it matters, in a line. */
  why: string;
  /** What to change, and where. */
  mend: string;
  /** Where it is written. */
  reference: string;
}

/**
 * - `fits`: it was looked at, and is right
 * - `does not fit`: something will not work, or is not safe
 * - `advice`: it works now, or for most
 * - `not seen`: it could not be looked at, and why
 */
export type Observation = ({ verdict: 'does not fit' | 'advice' } & Trouble) | { verdict: 'fits' | 'not seen'; seen: string };

export type Finding = Observation & { view: PointOfView; check: string };

export const fits = (seen: string): Observation => ({ verdict: 'fits', seen });
export const unseen = (seen: string): Observation => ({ verdict: 'not seen', seen });
export const wrong = (trouble: Trouble): Observation => ({ verdict: 'does not fit', ...trouble });
export const advice = (trouble: Trouble): Observation => ({ verdict: 'advice', ...trouble });
