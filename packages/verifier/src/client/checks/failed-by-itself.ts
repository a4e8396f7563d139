import type { Visit } from '../visitor.ts';

/** What an application has not foreseen is answered with 500 by most frameworks. That somebody else has failed it may well say, with 502 to 504. */
export const failedByItself = ({ steps }: Visit): boolean => steps.at(-1)?.status === 500;
