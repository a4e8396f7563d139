import { challengeOf, unguessable } from '../../authorization-server/subject.ts';
import { notApplicable, require } from '../../finding.ts';
import type { Fields } from '../../http.ts';
import { clientCheck, newClientCheck } from '../client-check.ts';
import type { Attempt, Client } from '../subject.ts';
import type { Visit } from '../visitor.ts';
import { stateOf } from './authorization-request.ts';
import { failedByItself } from './failed-by-itself.ts';

/** Shows in a page only where it was not escaped. */
const MARKUP = '<rolecall-mark>';
const EVIL = 'https://attacker.example';

/** What comes back to the redirect URI (OAuth 2.1 §4.1.2). */
export const callback = [
  ...stateChecks(),
  clientCheck('C-CB-01 C-REQ-02', 'an answer to another browser’s attempt', async (client) => {
    const [victim, attacker] = [await client.begin(), await client.begin()];
    const { tokenRequests } = await client.deliver(attacker, {}, victim.visitor);
    // Where there is no state, the verifier of this browser makes the other's code useless: that is as good (RFC 9700 §2.1).
    const redeemable = tokenRequests.filter(({ form }) => attacker.state !== undefined || fits(attacker, form.get('code_verifier')));
    require(redeemable.length === 0, 'a code that was issued to another browser was redeemed: somebody could be signed in as an attacker');
  }),
  clientCheck('C-CB-01 C-REQ-02', 'the same answer a second time', async (client) => {
    const attempt = await client.begin();
    const address = client.response(attempt);
    const first = await client.deliver(attempt, address);
    require(first.tokenRequests.length === 1, 'the right answer was not redeemed once');
    const { tokenRequests } = await client.deliver(attempt, address);
    require(tokenRequests.length === 0, 'the same answer led to a second token request');
  }),
  clientCheck('C-CB-01', 'an answer in a browser that has begun nothing', async (client) => {
    const attempt = await client.begin();
    const { tokenRequests } = await client.deliver(attempt, {}, await client.visitor());
    require(tokenRequests.length === 0, 'an answer was redeemed in a browser that has begun no attempt');
  }),

  clientCheck('C-CB-02', 'an answer from another issuer', async (client) => {
    mayMeetAnother(client);
    await goesNoFurther(client, { iss: client.attacker.issuer }, 'from another issuer');
    require(client.attacker.received().length === 0, 'the client has asked the other issuer');
  }),
  clientCheck('C-CB-02', 'an answer without issuer, where one was promised', async (client) => {
    mayMeetAnother(client);
    const { everReceived } = client.issuer;
    if (everReceived('metadata').length + everReceived('openidMetadata').length === 0)
      notApplicable('the client reads no metadata, which is where an issuer is promised');
    await goesNoFurther(client, { iss: undefined }, 'without the issuer that the metadata promises (RFC 9207 §2.4)');
  }),
  clientCheck('C-CB-02', 'an error from another issuer: its text is not shown', async (client) => {
    mayMeetAnother(client);
    const text = `said-by-somebody-else-${unguessable().slice(0, 8)}`;
    const attempt = await client.begin();
    const { visit } = await client.deliver(attempt, {
      ...{ code: undefined, error: 'server_error', error_description: text },
      iss: client.attacker.issuer,
    });
    require(!bodiesOf(visit).includes(text), 'what another issuer said was shown');
  }),
  ...[
    { how: 'with a slash more or less', change: (issuer: string) => (issuer.endsWith('/') ? issuer.slice(0, -1) : `${issuer}/`) },
    { how: 'in capitals', change: (issuer: string) => issuer.toUpperCase() },
  ].map(({ how, change }) =>
    clientCheck('C-CB-03', `the right issuer, written ${how}`, async (client) => {
      mayMeetAnother(client);
      await goesNoFurther(client, { iss: change(client.issuer.issuer) }, 'whose issuer is not the same letter by letter');
    }),
  ),
  newClientCheck('C-CB-03', 'no issuer promised and none sent', async (client) => {
    const metadata = () => client.issuer.metadata({ authorization_response_iss_parameter_supported: undefined });
    client.issuer.play({ metadata, openidMetadata: metadata });
    await client.startAnew();
    const attempt = await client.begin();
    const { tokenRequests } = await client.deliver(attempt, { iss: undefined });
    require(tokenRequests.length === 1, 'an answer without issuer was refused, although the server promises none');
  }),

  ...repeated('code', (attempt, client) => ['rolecall-code-of-somebody', client.issuer.code(attempt.parameters)]),
  ...repeated('state', ({ state = '' }) => [state, `${state}x`]),
  clientCheck('C-CB-04', 'a code and an error at once', async (client) => {
    await goesNoFurther(client, { error: 'access_denied' }, 'with a code and an error');
  }),

  ...['access_denied', 'server_error', 'temporarily_unavailable', 'invalid_scope', 'an_error_of_its_own'].map((error) =>
    clientCheck('C-CB-05', `the error ${error}`, async (client) => {
      const attempt = await client.begin();
      const { tokenRequests, visit } = await client.deliver(attempt, { code: undefined, error, error_description: `It is ${error}.` });
      require(tokenRequests.length === 0, `a token request followed the error ${error}`);
      require(!failedByItself(visit), `the error ${error} was not foreseen: the client failed with 500`);
      await client.signIn(attempt.visitor);
    }),
  ),
  clientCheck('C-CB-05', 'an error with markup in its text', async (client) => {
    const attempt = await client.begin();
    const { visit } = await client.deliver(attempt, {
      ...{ code: undefined, error: `server_error${MARKUP}`, error_description: `Sorry "'>${MARKUP}` },
      error_uri: `https://pages.example/"'>${MARKUP}`,
    });
    require(!failedByItself(visit), 'the error was not foreseen: the client failed with 500');
    const rendered = visit.steps.some(({ headers, body }) => isHtml(headers) && body.includes(MARKUP));
    require(!rendered, 'what the error said became a part of the page: it is not escaped');
    require(!/href=["']?javascript:/i.test(bodiesOf(visit)), 'the page links to a script');
  }),

  clientCheck('C-CB-06', 'parameters that nobody knows', async (client) => {
    const attempt = await client.begin();
    const { tokenRequests } = await client.deliver(attempt, { session_state: 'abc', rolecall: 'verifies' });
    require(tokenRequests.length === 1, 'a right answer was refused for parameters that have to be ignored');
  }),

  clientCheck('C-CB-07', 'leaves the address of the answer for a clean one', async (client) => {
    const attempt = await client.begin();
    const address = client.response(attempt);
    const { visit } = await client.deliver(attempt, address);
    const code = new URL(address).searchParams.get('code') ?? '';
    const shown = visit.page?.url ?? visit.left?.href ?? '';
    require(!shown.includes(code), 'the page after a sign-in has the code in its address');
    for (const { headers } of visit.steps) require(!(headers.get('location') ?? '').includes(code), 'a redirect passes the code on');
  }),
  clientCheck('C-CB-07', 'an answer that is refused: its code is on no page', async (client) => {
    client.issuer.play({ token: () => ({ status: 400, json: { error: 'invalid_grant', error_description: 'The code is not known.' } }) });
    const attempt = await client.begin();
    const address = client.response(attempt);
    const { visit } = await client.deliver(attempt, address);
    const code = new URL(address).searchParams.get('code') ?? '';
    require(!bodiesOf(visit).includes(code), 'the page about a refused code shows that code');
  }),

  clientCheck('C-CB-08', 'addresses of somebody else in parameters', async (client) => {
    const names = [
      'redirect',
      'redirect_uri',
      'redirect_to',
      'return_to',
      'returnTo',
      'return_url',
      'next',
      'url',
      'continue',
      'target',
      'callbackUrl',
    ];
    const parameters = Object.fromEntries(names.map((name) => [name, EVIL]));
    const begun = await client.tryToBegin(undefined, new URLSearchParams(parameters).toString());
    notLedAway(begun.visit);
    const { redirect_uri: _, ...atCallback } = parameters;
    for (const attempt of [begun.attempt, await client.begin()]) {
      if (attempt === undefined) continue;
      const { visit } = await client.deliver(attempt, attempt === begun.attempt ? {} : atCallback);
      notLedAway(visit);
      const { home } = await client.baseline();
      if (home !== undefined) notLedAway(await attempt.visitor.open(home));
    }
  }),
];

function stateChecks() {
  const changes: [string, (state: string) => Fields][] = [
    ['without state', () => ({ state: undefined })],
    ['with an empty state', () => ({ state: '' })],
    ['with another state', () => ({ state: unguessable() })],
    ['with a state that is nearly right', (state) => ({ state: `${state.slice(0, -1)}${state.endsWith('A') ? 'B' : 'A'}` })],
  ];
  return changes.map(([how, change]) =>
    clientCheck('C-CB-01', `an answer ${how}`, async (client) => {
      const attempt = await client.begin();
      const { tokenRequests } = await client.deliver(attempt, change(stateOf(attempt)));
      require(tokenRequests.length === 0, `an answer ${how} was redeemed`);
    }),
  );
}

function repeated(name: string, values: (attempt: Attempt, client: Client) => string[]) {
  return [
    clientCheck('C-CB-04', `${name} twice`, async (client) => {
      const attempt = await client.begin();
      if (name === 'state') stateOf(attempt);
      const { tokenRequests } = await client.deliver(attempt, { [name]: values(attempt, client) });
      require(tokenRequests.length === 0, `an answer that has ${name} twice was redeemed`);
    }),
  ];
}

async function goesNoFurther(client: Client, changes: Fields, which: string): Promise<void> {
  const attempt = await client.begin();
  const { tokenRequests } = await client.deliver(attempt, changes);
  const hint = 'iss' in changes ? ' (a client that never uses another authorization server may: onlyOneAuthorizationServer)' : '';
  require(tokenRequests.length === 0, `an answer ${which} was redeemed${hint}`);
}

function mayMeetAnother({ target }: Client): void {
  if (target.onlyOneAuthorizationServer === true)
    notApplicable('the client never uses another authorization server: RFC 9700 §2.1 then requires no defence against mix-up');
}

const fits = ({ parameters }: Attempt, verifier: string | null): boolean =>
  verifier === null || [verifier, challengeOf(verifier)].includes(parameters.get('code_challenge') ?? '');

const isHtml = (headers: Headers): boolean => /\b(?:html|xml|svg)/i.test(headers.get('content-type') ?? 'text/html');
const bodiesOf = ({ steps }: Visit): string => steps.map(({ body }) => body).join('\n');

function notLedAway({ left }: Visit): void {
  require(left?.origin !== EVIL, 'the browser was led to an address that somebody had put into a parameter');
}
