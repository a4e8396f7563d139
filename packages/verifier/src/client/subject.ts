import { failed, Finding, notApplicable, notTried } from '../finding.ts';
import { encodeFields, type Fields, type Http } from '../http.ts';
import type { PlayedApi } from './played/api.ts';
import type { PlayedIssuer } from './played/issuer.ts';
import type { Received } from './played/played-server.ts';
import type { Stage } from './played/stage.ts';
import { wayToIssuer, wayToSignIn } from './sign-in-page.ts';
import { endOf, showsSigns } from './signed-in.ts';
import type { ClientTarget } from './target.ts';
import type { Visit, Visitor } from './visitor.ts';

/** An authorization request that the client has begun in a browser. */
export interface Attempt {
  visitor: Visitor;
  /** As the browser has brought it. */
  sent: URLSearchParams;
  /** What it asks for: what was pushed or signed, where it only refers to that. */
  parameters: URLSearchParams;
  redirectUri: string;
  state: string | undefined;
  /** The way to it. */
  visit: Visit;
}

/** What has come of an authorization response. */
export interface Callback {
  visit: Visit;
  /** The requests to the token endpoint that it has caused. */
  tokenRequests: Received[];
}

/** What was learnt from a right sign-in. */
export interface Baseline {
  /** Where somebody who is signed in finds themselves. Undefined where that is the redirect URI itself. */
  home: string | undefined;
  /** The client has called the played API. */
  callsApi: boolean;
  asksUserInfo: boolean;
  /** It asked for `openid`. */
  openid: boolean;
  /** Where the sign-in that was denied and the one that was allowed end, when they end apart. */
  ends: { signedIn: string; signedOut: string } | undefined;
}

/** A client, and what a check does with it. */
export interface Client {
  target: ClientTarget;
  issuer: PlayedIssuer;
  api: PlayedApi | undefined;
  /** Another authorization server, of somebody who means no good. */
  attacker: PlayedIssuer;
  /** A place where nothing secret belongs. */
  elsewhere: Stage<'any'>;
  profiles: readonly string[];

  /** A new browser. @param cookies that it has from the client already. */
  visitor(cookies?: ReadonlyMap<string, string>): Promise<Visitor>;
  /** Goes to the start of a sign-in. The attempt is undefined where that leads to no authorization request. */
  tryToBegin(visitor?: Visitor, parameters?: string): Promise<{ attempt: Attempt | undefined; visit: Visit }>;
  /** @throws Finding (`failed`) where no authorization request is made. */
  begin(visitor?: Visitor): Promise<Attempt>;
  /** The authorization request that a visit has ended with. Follows a link to it, where a page has one. */
  attemptAfter(visitor: Visitor, visit: Visit, since: number): Promise<Attempt | undefined>;
  /** A right authorization response. @param changes other parameters; `undefined` leaves one out. */
  response(attempt: Attempt, changes?: Fields): string;
  /** Sends the browser back to the client. @param to a whole address, or changes to the right response. */
  deliver(attempt: Attempt, to?: string | Fields, visitor?: Visitor): Promise<Callback>;
  /** A whole sign-in. @throws Finding (`failed`) where a right response is not redeemed, or a page says no. */
  signIn(visitor?: Visitor): Promise<Callback & { attempt: Attempt }>;
  /** What a right sign-in shows: must-reject checks mean nothing without. @throws Finding (`not tried`) where it does not work. */
  baseline(): Promise<Baseline>;
  /** Whether the browser is signed in. @throws Finding (`not tried`) where nothing tells. */
  isSignedIn(visitor: Visitor, callback?: Visit): Promise<boolean>;
  /** Opens the page that calls the API. @throws Finding (`not tried` or `not applicable`) where there is none. */
  callApi(visitor: Visitor): Promise<Visit>;
  /** What the client is called, and its secret. @throws Finding (`not applicable`) for the secret of a client that has none. */
  credentials(): { id: string; secret: string | undefined };
  /** A request to the client that no browser would make. */
  ask: Http['ask'];
  /** A client that has read nothing yet. @throws Finding (`not tried`) where it cannot be started anew. */
  startAnew(): Promise<void>;
}

interface Parts {
  target: ClientTarget;
  profiles: readonly string[];
  issuer: PlayedIssuer;
  api: PlayedApi | undefined;
  attacker: PlayedIssuer;
  elsewhere: Stage<'any'>;
  ask: Http['ask'];
  openVisitor: (cookies?: ReadonlyMap<string, string>) => Promise<Visitor>;
  startAnew: () => Promise<void>;
  /** A redirect URI was seen: the browser may go there. */
  onRedirectUri: (redirectUri: string) => void;
}

export function createClient({ openVisitor, startAnew, onRedirectUri, ...parts }: Parts): Client {
  const { target, issuer, api } = parts;
  let learnt: Promise<Baseline> | undefined;

  const client: Client = {
    ...parts,
    visitor: openVisitor,
    startAnew: async () => {
      if (target.launch === undefined)
        notTried(
          'the client may remember what it has read: give a way to start it anew, and this is tried on a client that has read nothing',
        );
      await startAnew();
    },
    tryToBegin: async (given, parameters = '') => {
      const visitor = given ?? (await openVisitor());
      const since = issuer.everReceived('authorize').length;
      const separator = parameters === '' ? '' : target.startUrl.includes('?') ? '&' : '?';
      const visit = await visitor.open(`${target.startUrl}${separator}${parameters}`);
      const direct = await client.attemptAfter(visitor, visit, since);
      if (direct !== undefined || visit.page === undefined || visit.page.status >= 400) return { attempt: direct, visit };
      const way = wayToSignIn(visit.page, issuer.issuer, target.startSelector);
      if (way === undefined) return { attempt: undefined, visit };
      const further = await visitor.press(visit.page, way);
      return { attempt: await client.attemptAfter(visitor, further, since), visit: further };
    },
    begin: async (visitor) => {
      const { attempt, visit } = await client.tryToBegin(visitor);
      return (
        attempt ??
        failed(
          `the start of a sign-in leads to no authorization request at ${issuer.issuer}: it ends ${endOf(visit)} (startSelector says what is to be followed there)`,
        )
      );
    },
    attemptAfter: async (visitor, visit, since) => {
      const way = visit.page && issuer.everReceived('authorize').length === since ? wayToIssuer(visit.page, issuer.issuer) : undefined;
      const end = visit.page && way ? await visitor.press(visit.page, way) : visit;
      const request = issuer.everReceived('authorize').slice(since).at(-1);
      if (request === undefined) return undefined;
      const sent = request.method === 'POST' ? request.form : request.url.searchParams;
      const parameters = issuer.parametersOf(sent);
      const redirectUri = parameters.get('redirect_uri') ?? '';
      if (!URL.canParse(redirectUri)) failed('the authorization request has no redirect_uri that is an address');
      onRedirectUri(redirectUri);
      return { visitor, sent, parameters, redirectUri, state: parameters.get('state') ?? undefined, visit: end };
    },
    response: (attempt, changes = {}) => {
      const fields: Fields = { code: issuer.code(attempt.parameters), state: attempt.state, iss: issuer.issuer, ...changes };
      const url = new URL(attempt.redirectUri);
      return `${url.href}${url.search === '' ? '?' : '&'}${encodeFields(fields)}`;
    },
    deliver: async (attempt, to, visitor = attempt.visitor) => {
      const before = issuer.everReceived('token').length;
      const visit = await visitor.open(typeof to === 'string' ? to : client.response(attempt, to));
      // A page that follows may call an API with a token that is good no more, and renew it: that is not of the response's making.
      const caused = issuer.everReceived('token').slice(before);
      return { visit, tokenRequests: caused.filter(({ form }) => form.get('grant_type') !== 'refresh_token') };
    },
    signIn: async (visitor) => {
      const attempt = await client.begin(visitor);
      const callback = await client.deliver(attempt);
      if (callback.tokenRequests.length === 0) failed('no token request followed a right authorization response');
      const { page } = callback.visit;
      if (page === undefined || page.status >= 400) failed(`a right sign-in ended ${endOf(callback.visit)}`);
      return { ...callback, attempt };
    },
    baseline: () => (learnt ??= learn(client)),
    isSignedIn: async (visitor, callback) => {
      const { home, ends } = await client.baseline();
      const visit = home === undefined ? callback : await visitor.open(home);
      if (visit === undefined) return notTried(NOTHING_TELLS);
      const shown = showsSigns(visit, target.signedIn ?? {});
      if (shown !== undefined) return shown;
      return ends === undefined ? notTried(NOTHING_TELLS) : endOf(visit) === ends.signedIn;
    },
    callApi: async (visitor) => {
      if (api === undefined) notTried('no API was played: say at which address the client expects one (resource)');
      const { callsApi, home } = await client.baseline();
      if (!callsApi) notApplicable('the client called no API when somebody had signed in (apiUrl says which page does)');
      return visitor.open(target.apiUrl ?? home ?? target.startUrl);
    },
    credentials: () => {
      const [registeredId, registeredSecret] = [...issuer.registered].at(-1) ?? [];
      const id = target.clientId ?? registeredId ?? notTried('the client is not known: give its client_id, or let it register');
      return { id, secret: target.clientSecret ?? (registeredSecret === '' ? undefined : registeredSecret) };
    },
  };
  return client;
}

const NOTHING_TELLS =
  'nothing tells a browser that is signed in from one that is not: say what only somebody sees who is signed in (signedIn: url, selector or text)';

/** One sign-in that is allowed and one that is denied, and how they differ. */
async function learn(client: Client): Promise<Baseline> {
  const { target, issuer, api } = client;
  try {
    const { attempt, visit } = await client.signIn();
    const arrived = visit.page?.url ?? target.startUrl;
    const atRedirectUri = new URL(arrived).pathname === new URL(attempt.redirectUri).pathname;
    const home = target.signedIn?.url ?? (atRedirectUri ? undefined : arrived);
    const inside = home === undefined ? visit : await attempt.visitor.open(home);
    if (target.apiUrl !== undefined) await attempt.visitor.open(target.apiUrl);
    const facts = {
      home,
      callsApi: (api?.received('api') ?? []).some(({ headers }) => headers.has('authorization')),
      asksUserInfo: issuer.received('userinfo').length > 0,
      openid: attempt.parameters.get('scope')?.split(' ').includes('openid') ?? false,
    };
    const denied = await client.begin();
    const refusal = await client.deliver(denied, { code: undefined, error: 'access_denied' });
    const outside = home === undefined ? refusal.visit : await denied.visitor.open(home);
    const signs = target.signedIn ?? {};
    if (showsSigns(inside, signs) === false)
      notTried('what is said to be seen only by somebody who is signed in is not there after a right sign-in');
    if (showsSigns(outside, signs) === true)
      notTried('what is said to be seen only by somebody who is signed in is there after a denied sign-in');
    const ends = { signedIn: endOf(inside), signedOut: endOf(outside) };
    return { ...facts, ends: ends.signedIn === ends.signedOut ? undefined : ends };
  } catch (error) {
    if (error instanceof Finding) return notTried(`a right sign-in does not work: ${error.message}`);
    throw error;
  }
}
