import type { Attack, Topic } from './attack.ts';
import { atomicity } from './atomicity.ts';
import { authorizationEndpoint } from './authorization-endpoint.ts';
import { browserAndFetches } from './browser-and-fetches.ts';
import { clientsAndTokens } from './clients-and-tokens.ts';
import { faults } from './faults.ts';
import { generated } from './generated.ts';
import { input } from './input.ts';
import { jwt } from './jwt.ts';

/** All attacks that the roles are tried with, by what they aim at. */
export const topics: Topic[] = [atomicity, authorizationEndpoint, jwt, clientsAndTokens, browserAndFetches, input, faults, generated];

export const attacks: Attack[] = topics.flatMap((each) => each.attacks);
