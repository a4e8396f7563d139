import { Finding, notApplicable, notTried, require } from '../../finding.ts';
import { clientCheck, newClientCheck, requestCheck } from '../client-check.ts';
import { type PlayedApi, schemeOf } from '../played/api.ts';
import type { Answering, PlayedAnswer } from '../played/played-server.ts';
import type { Client } from '../subject.ts';

/** How a client finds its servers, and becomes known to them. */
export const discovery = [
  clientCheck('C-DISC-01', 'a challenge that names the metadata of the API', async (client) => {
    const api = readingApi(client);
    client.issuer.play({ token: client.issuer.tokens({ members: { refresh_token: undefined } }) });
    const { visitor } = (await client.signIn()).attempt;
    const { address, challenge } = namedMetadata(api);
    api.play({ api: challenge });
    await client.callApi(visitor);
    await visitor.open(client.target.startUrl);
    const followed = api.received('metadata').some(({ url }) => url.href === address);
    if (!followed && !client.profiles.includes('mcp'))
      notApplicable('the client does not read the metadata that a challenge names (with the profile mcp it has to)');
    require(followed, 'the client does not read the metadata that a challenge names');
  }),
  newClientCheck('C-DISC-02', 'metadata about another resource', async (client) => {
    const api = readingApi(client);
    api.play({ metadata: () => api.metadata({ resource: `${client.elsewhere.address}/` }) });
    await endsThere(client, 'the API’s metadata is about another resource');
  }),

  newClientCheck('C-DISC-03', 'metadata that is in the second place only', async (client) => {
    client.issuer.play({ metadata: () => ({ status: 404, body: '' }) });
    await client.startAnew();
    const { attempt } = await client.tryToBegin();
    const { received } = client.issuer;
    if (attempt === undefined && received('openidMetadata').length === 0 && !client.profiles.includes('mcp'))
      notApplicable('the client looks in one place only, which is the one of RFC 8414 §3.1 (with the profile mcp it has to look in both)');
    require(attempt !== undefined, 'the client does not find metadata that is where OpenID Connect has it');
  }),
  newClientCheck('C-DISC-03', 'looks in the place of RFC 8414 first', async (client) => {
    if (!client.profiles.includes('mcp')) notApplicable('the order is that of the profile mcp');
    await client.startAnew();
    await client.begin();
    const { received } = client.issuer;
    const [oauth, openid] = [received('metadata')[0]?.at, received('openidMetadata')[0]?.at];
    if (oauth === undefined || openid === undefined) return;
    require(oauth <= openid, 'the client looks first where OpenID Connect has the metadata');
  }),

  ...[
    { what: 'another issuer', issuer: (own: string) => own.replace(/^http/, 'https') },
    { what: 'another server', issuer: (_own: string, client: Client) => client.attacker.issuer },
  ].map(({ what, issuer }) =>
    newClientCheck('C-DISC-04', `metadata that names ${what}`, async (client) => {
      withMetadata(client, { issuer: issuer(client.issuer.issuer, client) });
      await endsThere(client, 'the metadata names another issuer');
    }),
  ),
  newClientCheck('C-DISC-05', 'a server that does not announce S256', async (client) => {
    withMetadata(client, { code_challenge_methods_supported: undefined });
    await endsThere(client, 'the server does not announce S256');
  }),

  requestCheck('C-DISC-06', 'uses what was registered for it', async (client) => {
    const { clientId } = client.target;
    if (clientId === undefined) return notApplicable('nothing was registered for the client (clientId)');
    const { parameters } = await client.begin();
    require(parameters.get('client_id') === clientId, 'the authorization request has another client_id than the one that was registered');
    require(client.issuer.everReceived('register').length === 0, 'the client registers, although it was registered already');
  }),
  requestCheck('C-DISC-07', 'registers with all that it needs', async (client) => {
    const { redirectUri } = await client.begin();
    const [request] = client.issuer.everReceived('register');
    if (request === undefined) return notApplicable('the client does not register itself');
    const asked = JSON.parse(request.body) as Record<string, unknown>;
    require(has(asked['redirect_uris'], redirectUri), 'the redirect URI that is used was not registered');
    require(asked['grant_types'] === undefined ||
      has(asked['grant_types'], 'authorization_code'), 'the grant that is used was not registered');
    require(typeof asked['application_type'] === 'string' || !client.profiles.includes('mcp'), 'the registration has no application_type');
  }),
  newClientCheck('C-DISC-07', 'a registration that is refused is shown', async (client) => {
    if (client.issuer.everReceived('register').length === 0) notApplicable('the client does not register itself');
    client.issuer.play({ register: () => ({ status: 400, json: { error: 'invalid_client_metadata' } }) });
    await client.startAnew();
    // A registration that it remembers is as good.
    const { attempt, visit } = await client.tryToBegin();
    if (attempt === undefined) require(visit.steps.at(-1)?.status !== 500, 'the client failed itself, with 500');
  }),
  newClientCheck('C-DISC-08', 'an API that names another authorization server', async (client) => {
    const api = readingApi(client);
    const { attacker, issuer } = client;
    await client.startAnew();
    // Nothing to refresh with: the client has to find out anew whom it has to ask.
    issuer.play({ token: issuer.tokens({ members: { refresh_token: undefined } }) });
    const { visitor } = (await client.signIn()).attempt;
    const { address, challenge } = namedMetadata(api);
    api.play({ metadata: () => api.metadata({ authorization_servers: [attacker.issuer] }), api: challenge });
    await client.callApi(visitor);
    await client.tryToBegin(visitor);
    if (attacker.received().length === 0) notApplicable('the client stays with its authorization server, whatever the API names');
    require(api.received('metadata').length > 0, `the other server was found without ${address}`);
    const { secret } = client.credentials();
    const tokens = [...client.issuer.issued.accessTokens, ...client.issuer.issued.refreshTokens];
    for (const { headers, body, url } of attacker.received()) {
      const heard = `${url.href}\n${headers.get('authorization') ?? ''}\n${body}`;
      require(!tokens.some((token) => heard.includes(token)), 'a token of one server was sent to another');
      const basic = Buffer.from(headers.get('authorization')?.split(' ')[1] ?? '', 'base64').toString('utf8');
      require(secret === undefined || !(heard + basic).includes(secret), 'the secret for one server was sent to another');
    }
  }),
  requestCheck('C-DISC-09', 'its metadata document', async (client) => {
    const { parameters, redirectUri } = await client.begin();
    const id = parameters.get('client_id') ?? '';
    if (!id.startsWith('https:')) return notApplicable('its client_id is not the address of a metadata document');
    const document = (await client.ask({ url: id })).json();
    require(document['client_id'] === id, 'the document names another client_id than its address');
    require(has(document['redirect_uris'], redirectUri), 'the document does not have the redirect URI that is used');
    require(document['client_secret'] === undefined, 'the document has a secret');
    const method = String(document['token_endpoint_auth_method'] ?? 'none');
    require(!method.startsWith('client_secret'), 'the document says that the client has a secret, which everybody would know');
  }),
  ...['javascript:alert(document.domain)//', 'data:text/html,<script>alert(1)</script>'].map((address) =>
    newClientCheck('C-DISC-10', `an authorization endpoint that is ${address.split(':')[0]}:`, async (client) => {
      withMetadata(client, { authorization_endpoint: address });
      if (!(await starts(client))) return;
      const { visit } = await client.tryToBegin();
      const scheme = `${address.split(':')[0]}:`;
      require(visit.left?.protocol !== scheme, 'the browser was led to a script');
      const links = visit.page?.document.querySelectorAll('a, form') ?? [];
      const dangerous = links.some((each) =>
        (each.getAttribute('href') ?? each.getAttribute('action') ?? '').trimStart().startsWith(scheme),
      );
      require(!dangerous, 'a page leads to a script');
    }),
  ),
];

/** @throws Finding where the client does not read what an API says of itself. */
function readingApi({ api }: Client) {
  if (api === undefined) return notTried('no API was played: say at which address the client expects one (resource)');
  if (api.everReceived('metadata').length === 0) return notApplicable('the client reads no metadata of the API');
  return api;
}

/** A challenge that says where the API's metadata is. */
function namedMetadata({ resource }: PlayedApi): { address: string; challenge: Answering } {
  const address = `${resource.replace(/\/$/, '')}/.well-known/oauth-protected-resource/of/this/challenge`;
  // RFC 9110 §11.6.1: several challenges in one header, the one that matters last, and a comma inside of quotes.
  const header = (scheme: string): string => `Basic realm="one, two", ${scheme} error="invalid_token", resource_metadata="${address}"`;
  return {
    address,
    challenge: (request) => ({ status: 401, headers: { 'www-authenticate': header(schemeOf(request)) }, json: {} }),
  };
}

function withMetadata(client: Client, changes: Record<string, unknown>): void {
  const { everReceived, metadata, play } = client.issuer;
  if (everReceived('metadata').length + everReceived('openidMetadata').length === 0)
    notApplicable('the client reads no metadata of the issuer');
  const answer = (): PlayedAnswer => metadata(changes);
  play({ metadata: answer, openidMetadata: answer });
}

/** Starts the client anew. One that reads everything at once may well refuse to start. */
async function starts(client: Client): Promise<boolean> {
  try {
    await client.startAnew();
    return true;
  } catch (error) {
    if (error instanceof Finding) throw error;
    return false;
  }
}

async function endsThere(client: Client, because: string): Promise<void> {
  if (!(await starts(client))) return;
  const { attempt } = await client.tryToBegin();
  require(attempt === undefined, `the client goes on although ${because}`);
}

const has = (list: unknown, value: string): boolean => Array.isArray(list) && list.includes(value);
