import type { Check } from '../check.ts';
import { fits, type Observation, wrong } from '../finding.ts';
import { addressOf, isLoopback, type Role, ROLES } from '../settings.ts';

/** Who has to reach whom by itself; a browser has to reach all. */
const CALLS: [Role, Role][] = [
  ['resource-server', 'authorization-server'],
  ['sample-client', 'authorization-server'],
  ['sample-client', 'resource-server'],
];

/** Whether the addresses mean the same for everybody who uses them. */
export const hosts: Check = {
  name: 'addresses',
  view: 'browser',
  roles: [],
  look: async ({ settings }) => {
    const present = ROLES.filter((role) => !settings.without.has(role));
    const near = present.filter((role) => isLoopback(addressOf(role, settings)));
    const names = [...new Set(near.map((role) => new URL(addressOf(role, settings)).hostname))];
    const observations: Observation[] = [];
    if (names.length > 1)
      observations.push(
        wrong({
          seen: `this machine has more than one name: ${near.map((role) => `${role} ${addressOf(role, settings)}`).join(', ')}`,
          why: 'to a browser these are different sites: cookies of one are not sent to the other, and identifiers are compared letter by letter',
          mend: 'use one of them everywhere, localhost for instance (ISSUER, RESOURCE, BASE_URL)',
          reference: 'RFC 6265 §5.1.3; RFC 8414 §3.3',
        }),
      );
    for (const [caller, called] of CALLS.filter((pair) => pair.every((role) => present.includes(role)))) {
      if (near.includes(caller) || !near.includes(called)) continue;
      observations.push(
        wrong({
          seen: `the ${called} is at ${addressOf(called, settings)}, which means itself to the ${caller} at ${addressOf(caller, settings)}`,
          why: `the ${caller} has to reach it, and localhost is always the machine (or the container) that says it`,
          mend: `give the ${called} an address that leads to it from everywhere, and tell all roles that one`,
          reference: 'RFC 6761 §6.3',
        }),
      );
    }
    return observations.length > 0 ? observations : [fits('one name for each host')];
  },
};
