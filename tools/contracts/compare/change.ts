/** From the view of the role whose document it is. */
export type Direction = 'receives' | 'sends';

/** What a change does to what is allowed. What does neither is an addition that nobody has to know of. */
export interface Effect {
  narrows?: boolean;
  widens?: boolean;
}

export interface Change {
  /** Where it is: `POST /token, request` or `AccessTokenClaims`, and the way to the member. */
  where: string;
  what: string;
  breaking: boolean;
}

/** Where this cannot tell, it is taken for both. */
export const EITHER: Effect = { narrows: true, widens: true };
export const NARROWS: Effect = { narrows: true };
export const WIDENS: Effect = { widens: true };
export const NEITHER: Effect = {};

/**
 * Who receives breaks its senders when it takes less than before; who sends breaks its receivers when it may send more than before.
 */
export function isBreaking({ narrows = false, widens = false }: Effect, direction: Direction): boolean {
  return direction === 'receives' ? narrows : widens;
}
