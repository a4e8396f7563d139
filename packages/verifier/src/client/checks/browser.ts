import { notApplicable, notTried, require } from '../../finding.ts';
import { clientCheck } from '../client-check.ts';
import type { Client } from '../subject.ts';
import type { Step, Visitor } from '../visitor.ts';
import { logoutOf } from './logging-out.ts';

/** A client that runs on a server, towards the browser (RFC 10017 §6.1). */
export const browser = [
  clientCheck('C-BFF-01', 'no token and no secret reaches the browser', async (client) => {
    const { attempt, visit } = await client.signIn();
    const { home } = await client.baseline();
    const further = home === undefined ? [] : (await attempt.visitor.open(home)).steps;
    const { secret } = client.credentials();
    const { accessTokens, refreshTokens } = client.issuer.issued;
    const hidden = [...accessTokens, ...refreshTokens, ...(secret === undefined ? [] : [secret])];
    const played = new Set([client.issuer, client.attacker, client.elsewhere].map(({ address }) => new URL(address).origin));
    for (const step of [...attempt.visit.steps, ...visit.steps, ...further]) {
      if (played.has(new URL(step.url).origin)) continue;
      require(!hidden.some((value) =>
        said(step).includes(value),
      ), `${new URL(step.url).pathname} gives the browser a token or the client’s secret`);
    }
  }),

  clientCheck('C-BFF-02', 'scripts cannot read the session cookie, and other sites do not send it', async (client) => {
    const { visitor } = (await client.signIn()).attempt;
    const https = client.target.startUrl.startsWith('https:');
    for (const name of await sessionCookies(client, visitor)) {
      const attributes = visitor.attributes().get(name) ?? [];
      require(attributes.includes('httponly'), `the cookie ${name}, which is the session, can be read by scripts: it is not HttpOnly`);
      require(!attributes.includes(
        'samesite=none',
      ), `the cookie ${name}, which is the session, is sent by other sites: it is SameSite=None`);
      require(!https || attributes.includes('secure'), `the cookie ${name}, which is the session, is not Secure`);
    }
  }),
  clientCheck('C-BFF-02', 'the cookies of before a sign-in are no session after it', async (client) => {
    const { home } = await client.baseline();
    if (home === undefined) return notTried('no page shows who is signed in: say which does (signedIn: url)');
    const attempt = await client.begin();
    const planted = attempt.visitor.cookies();
    if (planted.size === 0) return notApplicable('the client sets no cookie before a sign-in: nobody can plant one');
    await client.deliver(attempt);
    require(await client.isSignedIn(attempt.visitor), 'a right sign-in does not last until the next page');
    const attacker = await client.visitor(planted);
    require(!(await client.isSignedIn(attacker)), 'who had planted the cookies of before the sign-in is signed in as well');
  }),

  clientCheck('C-BFF-03', 'a logout that another site has asked for', async (client) => {
    const { visitor } = (await client.signIn()).attempt;
    const { page, element } = await logoutOf(client, visitor);
    const form = element.tagName === 'FORM' ? element : element.closest('form');
    if (form?.getAttribute('method')?.toLowerCase() !== 'post')
      return notTried('logout is a link here: there is no form that changes something, and can be tried without harm');
    // What another site cannot have: the fields that a page of this client has, and cookies that stay with it.
    const sent = new Map([...visitor.cookies()].filter(([name]) => !staysAtHome(visitor.attributes().get(name) ?? [])));
    await client.ask({
      url: new URL(form.getAttribute('action') ?? '', page.url).href,
      form: {},
      headers: {
        origin: 'https://attacker.example',
        'sec-fetch-site': 'cross-site',
        cookie: [...sent].map((pair) => pair.join('=')).join('; '),
      },
    });
    require(await client.isSignedIn(visitor), 'another site’s form has logged somebody out');
  }),
];

/** What a browser gets to see of an answer, cookies decoded. */
function said({ url, headers, body }: Step): string {
  const cookies = headers.getSetCookie().map((set) => set.split(';', 1)[0]?.replace(/^[^=]*=/, '') ?? '');
  const decoded = cookies.flatMap((value) => [
    value,
    unescaped(value),
    Buffer.from(unescaped(value).replace(/^[sj]:/, ''), 'base64').toString('latin1'),
  ]);
  return [url, ...[...headers].map((pair) => pair.join(': ')), ...decoded, body].join('\n');
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Without which nobody is signed in. */
async function sessionCookies(client: Client, visitor: Visitor): Promise<string[]> {
  const { home } = await client.baseline();
  if (home === undefined) return notTried('no page shows who is signed in: say which does (signedIn: url)');
  require(await client.isSignedIn(visitor), 'a right sign-in does not last until the next page');
  const all = visitor.cookies();
  const found: string[] = [];
  for (const name of all.keys()) {
    const others = await client.visitor(new Map([...all].filter(([other]) => other !== name)));
    if (!(await client.isSignedIn(others))) found.push(name);
  }
  return found.length > 0 ? found : notTried('no cookie was found to be the session');
}

/** RFC 10017 §6.1: such cookies do not come with another site's POST. */
const staysAtHome = (attributes: readonly string[]): boolean =>
  attributes.some((each) => each === 'samesite=strict' || each === 'samesite=lax');
