import type { Check } from '../check.ts';
import { fits, unseen, wrong } from '../finding.ts';
import { type Answer, isAnswer } from '../probe.ts';
import { isLoopback, ROLES } from '../settings.ts';

/** Whether a role forbids http to all that runs on this machine. */
export const hsts: Check = {
  name: 'HSTS',
  view: 'browser',
  roles: [],
  look: async ({ settings: { without }, usual }) => {
    const answers = (await Promise.all(ROLES.filter((role) => !without.has(role)).map(usual))).filter(isAnswer);
    if (answers.length === 0) return [unseen('nobody answers')];
    const strict = answers.filter(forbidsHttp);
    if (strict.length === 0) return [fits('nothing forbids http to this machine')];
    return strict.map(({ url }) =>
      wrong({
        seen: `${new URL(url).origin} sends Strict-Transport-Security`,
        why: 'it holds for the name, and so for every port: the browser will not open http://localhost at all any more, whatever runs there',
        mend: 'leave the header out on localhost; to make a browser forget it: chrome://net-internals/#hsts',
        reference: 'RFC 6797 §8.1, §8.3',
      }),
    );
  },
};

/** Browsers heed it over https only, and not from a bare IP address. */
export function forbidsHttp({ url, headers }: Answer): boolean {
  const maximum = /(?:^|;)\s*max-age="?(\d+)/i.exec(headers.get('strict-transport-security') ?? '')?.[1];
  return url.startsWith('https:') && isLoopback(url) && new URL(url).hostname === 'localhost' && Number(maximum ?? 0) > 0;
}
