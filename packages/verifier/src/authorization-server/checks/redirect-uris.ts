import { check } from '../../check.ts';
import { Finding, notApplicable, notTried, require } from '../../finding.ts';
import { DEFAULT_REDIRECT_URI } from '../clients.ts';
import { refusesRecipient } from '../refusals.ts';
import type { AuthorizationServer } from '../subject.ts';

/** An address that is almost a registered one. Undefined where this one cannot be made so. */
type Variant = [title: string, make: (registered: string, url: URL) => string | undefined];

const ELSEWHERE = 'elsewhere.example';

const variants: readonly Variant[] = [
  ['somebody else’s address', () => `https://${ELSEWHERE}/callback`],
  ['the registered address and a longer path', (uri) => `${uri}/more`],
  ['an address that only begins like the registered one', (uri) => `${uri}x`],
  ['the registered address and a slash', (uri) => (uri.endsWith('/') ? uri.slice(0, -1) : `${uri}/`)],
  ['the registered address in capitals', (uri, { origin, pathname }) => differs(uri, origin + pathname.toUpperCase())],
  ['the registered address and a query', (uri) => `${uri}${uri.includes('?') ? '&' : '?'}added=1`],
  ['the registered address and a fragment', (uri) => `${uri}#added`],
  ['another port', (_uri, { protocol, hostname, pathname }) => (protocol === 'https:' ? `https://${hostname}:8443${pathname}` : undefined)],
  ['plain http', (uri) => (uri.startsWith('https:') ? uri.replace('https:', 'http:') : undefined)],
  ['the registered host as user info', (_uri, { protocol, host, pathname }) => `${protocol}//${host}@${ELSEWHERE}${pathname}`],
  [
    'a host that begins like the registered one',
    (_uri, { protocol, hostname, pathname }) => `${protocol}//${hostname}.${ELSEWHERE}${pathname}`,
  ],
  ['a subdomain', (_uri, { protocol, host, pathname }) => `${protocol}//sub.${host}${pathname}`],
  ['a path that climbs', (uri) => `${uri}/../elsewhere`],
  [
    'a letter that is encoded',
    (uri) =>
      differs(
        uri,
        uri.replace(/[a-z]$/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
      ),
  ],
];

const differs = (uri: string, made: string): string | undefined => (made === uri ? undefined : made);

/** To which addresses a server sends the browser (OAuth 2.1 §2.3, §4.1.1, §8.4.2; RFC 9700 §4.1.3). */
export const redirectUris = [
  ...variants.map(([title, make]) =>
    check<AuthorizationServer>('AS-AUTHZ-03', title, async (server) => {
      const client = await server.client('web');
      const [registered = ''] = client.redirect_uris;
      const elsewhere = make(registered, new URL(registered)) ?? notApplicable(`${registered} has no such variant`);
      await refusesRecipient(server, client, {}, elsewhere);
    }),
  ),
  check<AuthorizationServer>('AS-AUTHZ-04', 'a loopback address with another port', async (server) => {
    const client = await server.clients.another('public', nativeAt('http://127.0.0.1/callback'));
    await server.code(client, { redirect_uri: 'http://127.0.0.1:49152/callback' });
    await refusesRecipient(server, client, {}, 'http://127.0.0.1:49152/elsewhere');
  }),
  check<AuthorizationServer>('AS-AUTHZ-05', 'localhost with another port, and as 127.0.0.1', async (server) => {
    const client = await server.clients.another('public', nativeAt('http://localhost/callback'));
    await server.code(client, { redirect_uri: 'http://localhost:49152/callback' });
    await refusesRecipient(server, client, {}, 'http://127.0.0.1:49152/callback');
  }),
  check<AuthorizationServer>('AS-AUTHZ-06', 'two registered addresses, and none in the request', async (server) => {
    const first = usual(server);
    const client = await server.clients.another('web', { redirect_uris: [first, `${first}/second`] });
    await refusesRecipient(server, client, { redirect_uri: undefined }, first);
  }),
  check<AuthorizationServer>('AS-AUTHZ-06', 'an OpenID Connect request without address', async (server) => {
    if (!server.profiles.includes('oidc')) notApplicable('without the profile oidc it may be left out where there is only one');
    const client = await server.client('web');
    await refusesRecipient(server, client, { redirect_uri: undefined, scope: 'openid' }, client.redirect_uris[0] ?? usual(server));
  }),
  check<AuthorizationServer>('AS-AUTHZ-07', 'an address with a query of its own', async (server) => {
    const client = await server.clients.another('web', { redirect_uris: [`${usual(server)}?own=1`] });
    const { response } = await server.code(client);
    require(response.searchParams.get('own') === '1', 'the query of the registered address is lost');
  }),
  ...['http://verifier.example/callback', 'javascript:alert(1)', 'data:text/html,callback'].map((unsafe) =>
    check<AuthorizationServer>('AS-AUTHZ-28', `a client at ${unsafe}`, async (server) => {
      if (server.metadata.registration_endpoint === undefined) notTried('it takes a server where clients can register themselves');
      const client = await server.clients.another('web', { redirect_uris: [unsafe] }).catch((error: unknown) => {
        // One that is not registered is sent nowhere.
        if (error instanceof Finding) return undefined;
        throw error;
      });
      if (client === undefined) return;
      const { response, answer } = await server.approve(client);
      require(response === undefined, `the browser is sent to ${unsafe} (RFC 9700 §2.6)`);
      require(answer.status < 500, `${answer.to} failed with ${answer.status}`);
    }),
  ),
];

const usual = ({ target }: AuthorizationServer): string => target.redirectUri ?? DEFAULT_REDIRECT_URI;
const nativeAt = (uri: string): Record<string, unknown> => ({ redirect_uris: [uri], application_type: 'native' });
