import type { Check } from '../check.ts';
import { fits, type Observation, unseen, wrong } from '../finding.ts';
import { isAnswer, locationOf } from '../probe.ts';
import { addressOf, ROLES } from '../settings.ts';

/** Whether an address is where its role is, or leads on to another host. */
export const moved: Check = {
  name: 'redirects',
  view: 'browser',
  roles: [],
  look: async ({ settings, usual, startPage }) => {
    const observations: Observation[] = [];
    let answered = false;
    for (const role of ROLES.filter((each) => !settings.without.has(each))) {
      const answer = await usual(role);
      answered ||= isAnswer(answer);
      const location = isAnswer(answer) ? locationOf(answer) : undefined;
      const { origin } = new URL(addressOf(role, settings));
      if (location === undefined || location.origin === origin) continue;
      // A client without a start page of its own sends people to log in at once.
      if (role === 'sample-client' && (await startPage()).link?.href === location.href) continue;
      observations.push(
        wrong({
          seen: `${origin} sends everybody on to ${location.origin}`,
          why: 'cookies and identifiers belong to one origin, requests with tokens and codes follow no redirect to another, and programs do not either',
          mend: `use ${location.origin} as the address everywhere (ISSUER, RESOURCE, BASE_URL), or serve ${origin} without a redirect`,
          reference: 'RFC 8414 §3.3; RFC 9700 §4.11',
        }),
      );
    }
    if (observations.length > 0) return observations;
    return [answered ? fits('no address leads on to another host') : unseen('nobody answers')];
  },
};
