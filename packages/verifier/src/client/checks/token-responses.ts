import { notTried, require } from '../../finding.ts';
import { clientCheck } from '../client-check.ts';
import type { PlayedAnswer } from '../played/played-server.ts';
import type { Client } from '../subject.ts';
import { failedByItself } from './failed-by-itself.ts';

/** How often a client may ask a token endpoint that is not well, while one person waits. */
const MOST_REQUESTS = 3;

/** What the token endpoint answers, right and wrong (OAuth 2.1 §3.2.3). */
export const tokenResponses = [
  ...['bearer', 'BEARER'].map((type) =>
    clientCheck('C-TOK-04', `the type "${type}"`, (client) =>
      isTaken(client, { token_type: type }, `a token of the type "${type}" was not taken`),
    ),
  ),
  clientCheck('C-TOK-04', 'no expires_in', (client) =>
    isTaken(client, { expires_in: undefined }, 'a token response without expires_in was not taken'),
  ),
  clientCheck('C-TOK-04', 'a type that nobody knows', async (client) => {
    const { callsApi, asksUserInfo } = await client.baseline();
    const { attempt, visit } = await answered(client, { token_type: 'rolecall' });
    const used = [...(client.api?.received('api') ?? []), ...client.issuer.received('userinfo')];
    require(!used.some(({ headers }) => headers.has('authorization')), 'a token of an unknown type was used');
    if (!callsApi && !asksUserInfo && (await client.isSignedIn(attempt.visitor, visit)))
      notTried('nothing shows whether the token is used: say at which address the client expects an API (resource)');
  }),

  clientCheck('C-TOK-06', 'an access token without any form', (client) =>
    isTaken(client, { access_token: `~.${'x'.repeat(20)}-_/+==` }, 'an access token that is no JWT was not taken'),
  ),
  clientCheck('C-TOK-06', 'an access token that looks like a JWT, and a wrong one', async (client) => {
    const access_token = await client.issuer.sign({ iss: 'https://somebody.example', aud: 'https://somebody.example', exp: 1 });
    await isTaken(client, { access_token }, 'an access token was refused for what is in it: that is for the resource server alone');
  }),

  clientCheck('C-TOK-08', 'no refresh token', (client) =>
    isTaken(client, { refresh_token: undefined }, 'a token response without refresh token was not taken'),
  ),

  ...unusable().map(({ what, answer }) =>
    clientCheck('C-TOK-13', what, async (client) => {
      client.issuer.play({ token: () => answer });
      const attempt = await client.begin();
      const { visit, tokenRequests } = await client.deliver(attempt);
      require(tokenRequests.length > 0, 'no token request was made');
      require(!(await client.isSignedIn(attempt.visitor, visit)), `${what} was taken for a success`);
    }),
  ),
  ...[...unusable(), ...unwell()].map(({ what, answer }) =>
    clientCheck('C-TOK-14', what, async (client) => {
      client.issuer.play({ token: () => answer });
      const attempt = await client.begin();
      const { visit, tokenRequests } = await client.deliver(attempt);
      require(!failedByItself(visit), `${what} made the client fail itself, with 500`);
      require(tokenRequests.length <= MOST_REQUESTS, `${tokenRequests.length} token requests were made while somebody waited`);
      client.issuer.reset();
      await client.signIn(attempt.visitor);
    }),
  ),
];

interface WrongAnswer {
  what: string;
  answer: PlayedAnswer;
}

/** What is no token response. */
function unusable(): WrongAnswer[] {
  const token = { access_token: 'rolecall-unusable', token_type: 'Bearer' };
  return [
    { what: 'JSON that is cut off', answer: { headers: { 'content-type': 'application/json' }, body: JSON.stringify(token).slice(0, -5) } },
    { what: 'a page instead of JSON', answer: { body: '<!doctype html><title>Welcome</title>' } },
    { what: '200 with an error', answer: { json: { error: 'invalid_grant' } } },
    { what: 'no access token', answer: { json: { token_type: 'Bearer', expires_in: 600 } } },
    { what: 'an access token that is a number', answer: { json: { ...token, access_token: 1 } } },
    { what: 'a list', answer: { json: [token] } },
    { what: 'a token with the status 400', answer: { status: 400, json: token } },
  ];
}

/** How a token endpoint can be unwell. */
function unwell(): WrongAnswer[] {
  const retry = { 'retry-after': '120' };
  return [
    { what: 'a token endpoint that never answers', answer: 'silence' },
    { what: 'a token endpoint whose answer never ends', answer: 'drip' },
    { what: '503 with Retry-After', answer: { status: 503, headers: retry, json: { error: 'temporarily_unavailable' } } },
    { what: '429 with Retry-After', answer: { status: 429, headers: retry, json: {} } },
    { what: 'an answer of two million characters', answer: { status: 500, body: 'x'.repeat(2_000_000) } },
  ];
}

async function answered(client: Client, members: Record<string, unknown>) {
  client.issuer.play({ token: client.issuer.tokens({ members }) });
  const attempt = await client.begin();
  return { attempt, ...(await client.deliver(attempt)) };
}

/** A right answer, however unusual, signs in; and its token is sent to the API, where there is one. */
async function isTaken(client: Client, members: Record<string, unknown>, because: string): Promise<void> {
  // A client that proves its key gets tokens of its own type.
  const { attempt, visit, tokenRequests } = await answered(
    client,
    'token_type' in members && client.issuer.everReceived('token').some(({ headers }) => headers.has('dpop'))
      ? { token_type: 'dpop' }
      : members,
  );
  require(tokenRequests.length > 0 && visit.page !== undefined && visit.page.status < 400, because);
  const { ends, callsApi } = await client.baseline();
  if (ends !== undefined) require(await client.isSignedIn(attempt.visitor, visit), because);
  if (!callsApi) return;
  await client.callApi(attempt.visitor);
  require(client.api?.received('api').some(({ headers }) => headers.has('authorization')), because);
}
