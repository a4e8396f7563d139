import { failed, notApplicable, notTried, require } from '../../finding.ts';
import { clientCheck } from '../client-check.ts';
import { createSigningKey, type IdTokenChanges } from '../played/id-tokens.ts';
import { PERSON } from '../played/issuer.ts';
import type { Client } from '../subject.ts';

/** Seconds: more than any clock is off. */
const LONG = 86_400;
/** Seconds in which a client that has just fetched the keys need not fetch them again, so that nobody makes it ask all the time. */
const KEYS_ARE_NEW = 300;

const now = (): number => Math.floor(Date.now() / 1000);

/** ID tokens (OpenID Connect Core §3.1.3.7). */
export const openid = [
  ...wrongClaims().map(({ what, claims }) =>
    clientCheck('C-OIDC-01', `an ID token ${what}`, (client) => isRefused(client, { claims: claims(client) }, what)),
  ),
  ...(
    [
      ['with another nonce', 'rolecall-nonce-of-another-attempt'],
      ['without the nonce', undefined],
    ] as const
  ).map(([what, nonce]) =>
    clientCheck('C-OIDC-01', `an ID token ${what}`, async (client) => {
      if (!(await openidRequest(client)).has('nonce')) notApplicable('the client sends no nonce');
      await isRefused(client, { claims: { nonce } }, what);
    }),
  ),
  clientCheck('C-OIDC-01', 'an ID token with a broken signature', (client) =>
    isRefusedOrByTls(client, { signature: 'broken' }, 'with a broken signature'),
  ),
  clientCheck('C-OIDC-01', 'an ID token that somebody else has signed', async (client) => {
    const key = await createSigningKey(client.issuer.key.publicJwk.kid ?? '');
    await isRefusedOrByTls(client, { key }, 'that somebody else has signed');
  }),
  // OpenID Connect Core §2: only for who has asked for it when registering.
  clientCheck('C-OIDC-01', 'an ID token that is not signed (alg none)', (client) =>
    isRefused(client, { signature: 'none' }, 'that is not signed'),
  ),

  clientCheck('C-OIDC-02', 'a single key, and no kid', async (client) => {
    await openidRequest(client);
    const { key, tokens } = client.issuer;
    const { kid: _, ...withoutKid } = key.publicJwk;
    client.issuer.play({ jwks: () => ({ json: { keys: [withoutKid] } }), token: tokens({ idToken: { header: { kid: undefined } } }) });
    await isTaken(client, 'an ID token without kid was refused, although there is but one key');
  }),
  clientCheck('C-OIDC-02', 'a new key: the keys are fetched again', async (client) => {
    await openidRequest(client);
    const key = await createSigningKey('rolecall-2');
    const last = client.issuer.everReceived('jwks').at(-1)?.at ?? 0;
    client.issuer.play({
      jwks: () => ({ json: { keys: [client.issuer.key.publicJwk, key.publicJwk] } }),
      token: client.issuer.tokens({ idToken: { key } }),
    });
    const attempt = await client.begin();
    const { visit } = await client.deliver(attempt);
    if (await client.isSignedIn(attempt.visitor, visit)) return;
    const age = Math.round((Date.now() - last) / 1000);
    if (client.issuer.received('jwks').length === 0 && age < KEYS_ARE_NEW)
      notTried(
        `the client fetched the keys ${age} s ago, and may well wait before it does so again: try this id alone, minutes after the others`,
      );
    failed('an ID token with a new key was refused, although the key is published');
  }),

  clientCheck('C-OIDC-03', 'UserInfo about somebody else', async (client) => {
    if (!(await client.baseline()).asksUserInfo) notApplicable('the client does not ask for UserInfo');
    client.issuer.play({ userinfo: () => ({ json: { ...PERSON, sub: 'somebody-else', name: 'Somebody Else' } }) });
    const attempt = await client.begin();
    const { visit } = await client.deliver(attempt);
    const { home } = await client.baseline();
    const shown = home === undefined ? visit : await attempt.visitor.open(home);
    const signedIn = await client.isSignedIn(attempt.visitor, visit);
    // A client may do without what UserInfo says.
    require(!signedIn || !(shown.page?.body ?? '').includes('Somebody Else'), 'what UserInfo says of somebody else was taken');
    if (signedIn && !(await showsName(client))) failed('the sign-in went on with UserInfo of somebody else');
  }),
  clientCheck('C-OIDC-04', 'an at_hash of another access token', async (client) => {
    await openidRequest(client);
    if (await isSignedInWith(client, { claims: { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' } }))
      notApplicable(
        'the client does not look at at_hash: OpenID Connect Core §3.1.3.8 leaves that to it where the token comes from the token endpoint',
      );
  }),
  clientCheck('C-OIDC-04', 'a login that is older than asked', async (client) => {
    const maxAge = (await openidRequest(client)).get('max_age');
    if (maxAge === null) return notApplicable('the client asks for no max_age');
    await isRefused(client, { claims: { auth_time: now() - Number(maxAge) - LONG } }, 'of a login that is older than asked');
  }),
];

function wrongClaims(): { what: string; claims: (client: Client) => Record<string, unknown> }[] {
  return [
    { what: 'from another issuer', claims: ({ attacker }) => ({ iss: attacker.issuer }) },
    { what: 'for another client', claims: () => ({ aud: 'another-client' }) },
    { what: 'for other clients', claims: () => ({ aud: ['another-client', 'yet-another'] }) },
    { what: 'without audience', claims: () => ({ aud: undefined }) },
    { what: 'that has expired', claims: () => ({ iat: now() - 2 * LONG, exp: now() - LONG }) },
    { what: 'without exp', claims: () => ({ exp: undefined }) },
    { what: 'about nobody', claims: () => ({ sub: undefined }) },
  ];
}

/** The parameters of a request with `openid`. @throws Finding (`not applicable`) where the client makes none. */
async function openidRequest(client: Client): Promise<URLSearchParams> {
  const { openid: asks } = await client.baseline();
  if (!asks) notApplicable('the client does not ask for openid');
  return (await client.begin()).parameters;
}

async function isSignedInWith(client: Client, idToken: IdTokenChanges): Promise<boolean> {
  await openidRequest(client);
  client.issuer.play({ token: client.issuer.tokens({ idToken }) });
  const attempt = await client.begin();
  const { visit, tokenRequests } = await client.deliver(attempt);
  require(tokenRequests.length > 0, 'no token request was made');
  return client.isSignedIn(attempt.visitor, visit);
}

async function isRefused(client: Client, idToken: IdTokenChanges, what: string): Promise<void> {
  require(!(await isSignedInWith(client, idToken)), `an ID token ${what} was taken`);
}

/** Core §3.1.3.7 (6): where the token comes from the token endpoint, TLS may be used instead of the signature. Whoever fetches the keys does not mean to. */
async function isRefusedOrByTls(client: Client, idToken: IdTokenChanges, what: string): Promise<void> {
  if (!(await isSignedInWith(client, idToken))) return;
  const checks = client.target.checksIdTokenSignatures === true || client.issuer.everReceived('jwks').length > 0;
  require(!checks, `an ID token ${what} was taken`);
  notApplicable(
    'the client fetches no keys: it relies on TLS instead, as OpenID Connect Core §3.1.3.7 lets it (checksIdTokenSignatures says that it does not)',
  );
}

async function isTaken(client: Client, because: string): Promise<void> {
  const attempt = await client.begin();
  const { visit } = await client.deliver(attempt);
  require(await client.isSignedIn(attempt.visitor, visit), because);
}

/** Whether the client's pages show what UserInfo says: only then it can be seen what it has taken. */
async function showsName(client: Client): Promise<boolean> {
  client.issuer.reset();
  const { attempt, visit } = await client.signIn();
  const { home } = await client.baseline();
  const shown = home === undefined ? visit : await attempt.visitor.open(home);
  return (shown.page?.body ?? '').includes(PERSON.name);
}
