import { getPublicSuffix } from 'tough-cookie';
import type { Check } from '../check.ts';
import { fits, type Observation, unseen, type Trouble, advice, wrong } from '../finding.ts';
import { isLoopback } from '../settings.ts';
import { cookiesBeforeLogin, type SetCookie } from '../set-cookies.ts';

/** Whether browsers keep the cookies of the pages, and send them when they are needed. */
export const cookies: Check = {
  name: 'cookies',
  view: 'browser',
  roles: [],
  look: async (subject) => {
    const set = await cookiesBeforeLogin(subject);
    const { client, issuer } = subject.settings;
    const crossSite = siteOf(new URL(client)) !== siteOf(new URL(issuer));
    const observations = [...set.flatMap((each) => judge(each, crossSite)), ...sharedNames(set)];
    if (observations.length > 0) return observations;
    return [
      set.length === 0
        ? unseen('none is set before the login')
        : fits(`browsers keep them, and apart: ${set.map(({ name }) => name).join(', ')}`),
    ];
  },
};

function judge({ owner, url, name, cookie }: SetCookie, crossSite: boolean): Observation[] {
  const { secure, sameSite, domain, path } = cookie;
  const of = `the cookie ${name} of ${owner}`;
  const near = isLoopback(url.href);
  const found: Observation[] = [];
  const dropped = (seen: string, mend: string, reference: string): Trouble => ({
    seen,
    why: 'browsers throw such a cookie away without a word: everybody is logged out with every request',
    mend,
    reference,
  });
  const hostOnly = name.startsWith('__Host-');
  if ((hostOnly || name.startsWith('__Secure-')) && !secure)
    found.push(
      wrong(
        dropped(
          `${of} has a prefix that demands Secure, and is not Secure`,
          'set Secure, or take another name where it is http',
          'RFC 6265bis §4.1.3',
        ),
      ),
    );
  if (hostOnly && (domain !== null || path !== '/'))
    found.push(
      wrong(
        dropped(
          `${of} begins with __Host- and has a Domain, or a Path other than /`,
          'leave Domain out, and set Path=/',
          'RFC 6265bis §4.1.3.2',
        ),
      ),
    );
  if (domain !== null && url.hostname !== domain && !url.hostname.endsWith(`.${domain}`))
    found.push(wrong(dropped(`${of} is for ${domain}, and is set at ${url.hostname}`, 'leave Domain out', 'RFC 6265 §5.3')));
  if (sameSite === 'none' && !secure)
    found.push(
      wrong(
        dropped(`${of} is SameSite=None without Secure`, 'use SameSite=Lax, which is enough for logging in, or https', 'RFC 6265bis §5.7'),
      ),
    );
  if (secure && url.protocol === 'http:')
    found.push(
      near
        ? advice({
            seen: `${of} is Secure, and is set over http on this machine`,
            why: 'Chrome and Firefox take localhost for secure, Safari does not, and throws it away',
            mend: 'set Secure only behind https (ours follow the address)',
            reference: 'RFC 6265bis §5.7',
          })
        : wrong(
            dropped(
              `${of} is Secure, and is set over http`,
              'reach it by https; behind a proxy that ends TLS let it believe X-Forwarded-Proto (ours: TRUSTED_PROXIES)',
              'RFC 6265bis §5.7',
            ),
          ),
    );
  if (!secure && url.protocol === 'https:')
    found.push(
      advice({
        seen: `${of} is not Secure`,
        why: 'a browser sends it over http too, where anybody on the way can read it',
        mend: 'set Secure; behind a proxy that ends TLS let the role know (ours: an https address, and TRUSTED_PROXIES)',
        reference: 'RFC 6265 §4.1.2.5',
      }),
    );
  if (owner === 'the client' && sameSite === 'strict' && crossSite)
    found.push(
      wrong({
        seen: `${of} is SameSite=Strict, and the authorization server is another site`,
        why: 'the browser comes back from there without this cookie, and the client cannot tell that it had sent it: state does not fit',
        mend: 'use SameSite=Lax for the session that begins the login',
        reference: 'RFC 6265bis §5.6.7; RFC 6749 §10.12',
      }),
    );
  return found;
}

/** Cookies know hosts and no ports. */
function sharedNames(set: SetCookie[]): Observation[] {
  const [client, server] = (['the client', 'the authorization server'] as const).map((owner) => set.filter((each) => each.owner === owner));
  return (client ?? [])
    .filter((mine) =>
      server?.some(
        (other) => other.name === mine.name && other.url.hostname === mine.url.hostname && other.cookie.path === mine.cookie.path,
      ),
    )
    .map(({ name, url }) =>
      wrong({
        seen: `the client and the authorization server are both at ${url.hostname}, and both have a cookie ${name}`,
        why: 'cookies ignore ports: each throws the other out, and a person who logs in at one is logged out of the other',
        mend: 'name the cookies after their roles, or give the roles different hosts',
        reference: 'RFC 6265 §8.5',
      }),
    );
}

/** What a browser takes for one site: the scheme and the registrable domain. */
function siteOf({ protocol, hostname }: URL): string {
  const domain = /^[\d.]+$|^\[/.test(hostname) ? null : getPublicSuffix(hostname, { allowSpecialUseDomain: true, ignoreError: true });
  return `${protocol}//${domain ?? hostname}`;
}
