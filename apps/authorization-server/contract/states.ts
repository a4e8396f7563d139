import { hash } from 'node:crypto';
import type { StateParameters } from '@rolecall/contracts/provider-states';
import { notesScopes } from '@rolecall/contracts/scope';
import { tokenHash } from '../src/random.ts';
import { defaultSeedAddresses } from '../src/seeds.ts';
import { type Browser, openBrowser } from '../test/support/browser.ts';
import { makeKey, sign } from '../test/support/client-assertion.ts';
import { authorizeUrl, type Changes, getCode, logIn, open, postToken } from '../test/support/flow.ts';
import type { TestServer } from '../test/support/test-server.ts';

/** A client of a contract, as it speaks for itself. */
interface Known {
  authorization: string;
  redirectUri: string;
}

interface Tokens {
  access_token: string;
  refresh_token: string;
}

const VERIFIER = 'the-verifier-of-states-with-more-than-43-characters';

/** How the states of the authorization server's contracts happen: at its own endpoints, with a browser that a script moves, or in its stores. Nothing is made up. */
export function createStates(server: TestServer) {
  const clients = new Map<string, Known>();
  let latest = '';

  const knownClient = (clientId: string): Known => {
    const known = clients.get(clientId);
    if (known === undefined) throw new Error(`"client registered" has to come before, for ${clientId}`);
    return known;
  };

  const asks = ({ clientId, scope, resource }: { clientId: string; scope: string; resource: string }): Changes => ({
    client_id: clientId,
    redirect_uri: knownClient(clientId).redirectUri,
    scope,
    resource,
  });

  const post = async (clientId: string, url: string, form: Changes): Promise<Tokens> => {
    const response = await postToken(server, form, { authorization: knownClient(clientId).authorization }, url);
    if (response.statusCode !== 200) throw new Error(`${url} answers ${response.body}`);
    return url === '/token' ? response.json() : { access_token: '', refresh_token: '' };
  };

  const redeem = (clientId: string, code: string, code_verifier: string) =>
    post(clientId, '/token', { grant_type: 'authorization_code', code, code_verifier, redirect_uri: knownClient(clientId).redirectUri });

  const consent = async (values: { clientId: string; scope: string; resource: string }, browser = openBrowser(server.app)) => {
    const code = await getCode(server, { ...asks(values), code_challenge: hash('sha256', VERIFIER, 'base64url') }, browser);
    return redeem(values.clientId, code, VERIFIER);
  };

  const states = {
    'client registered': async (values: StateParameters<'client registered'>) => {
      const { clientId, authentication, secret, grantTypes, redirectUris } = values;
      const credentials = Buffer.from(`${clientId}:${secret}`).toString('base64');
      clients.set(clientId, { authorization: `Basic ${credentials}`, redirectUri: redirectUris[0] ?? '' });
      const key = authentication === 'private_key_jwt' ? await makeKey() : undefined;
      await server.register({
        id: clientId,
        tokenEndpointAuthMethod: authentication,
        grantTypes,
        redirectUris,
        secrets: secret === undefined ? [] : [{ hash: tokenHash(secret) }],
        ...(key && { jwks: { keys: [{ ...key.publicJwk }] } }),
      });
      return key && { clientAssertion: await sign(server, clientId, key, { header: { typ: 'client-authentication+jwt' } }) };
    },

    'user consented': async (values: StateParameters<'user consented'>) => {
      if (values.proofFor !== undefined) throw new Error('this server binds no tokens to keys');
      await server.registerResource({
        identifier: values.resource,
        name: 'Notes API',
        scopes: Object.entries(notesScopes).map(([name, description]) => ({ name, description })),
        accessTokenFormat: values.tokenFormat ?? 'jwt',
        isDefault: true,
        // Whatever else there is, is somebody else's.
        resourceServers: values.resource === defaultSeedAddresses.resource ? ['resource-server'] : [],
      });
      const browser = openBrowser(server.app);
      const { access_token: accessToken, refresh_token: refreshToken } = await consent(values, browser);
      latest = accessToken;
      if (values.revoked === true) await post(values.clientId, '/revoke', { token: refreshToken });
      return { accessToken, refreshToken, cookie: cookieOf(browser) };
    },

    // Bob: alice has agreed to everything by now, and is asked no more.
    'user denied': async (values: StateParameters<'user denied'>) => {
      const browser = openBrowser(server.app);
      await open(browser, authorizeUrl({ ...asks(values), state: values.state }));
      await logIn(browser, 'bob', 'builder');
      const { location } = await browser.post('/consent', { ...browser.hiddenFields(), decision: 'deny' });
      if (location === undefined) throw new Error('the consent page does not send the browser on');
      return { path: location, cookie: cookieOf(browser) };
    },

    'code issued': async (values: StateParameters<'code issued'>) => {
      const { clientId, codeVerifier, redeemed } = values;
      const code = await getCode(server, { ...asks(values), code_challenge: hash('sha256', codeVerifier, 'base64url') });
      if (redeemed === true) await redeem(clientId, code, codeVerifier);
      return { code };
    },

    'refresh token rotated': async (values: StateParameters<'refresh token rotated'>) => {
      const { refresh_token: rotatedRefreshToken } = await consent(values);
      const renewed = await post(values.clientId, '/token', { grant_type: 'refresh_token', refresh_token: rotatedRefreshToken });
      server.clock.advance(values.secondsAgo);
      return { refreshToken: renewed.refresh_token, rotatedRefreshToken };
    },

    'key rotated': async () => {
      const { kid } = await (await server.openKeyRing()).rotate('ES256', { immediately: true });
      return { kid };
    },

    'clock at': async ({ secondsLater }: StateParameters<'clock at'>) => server.clock.advance(secondsLater),
  };

  return { states, latestAccessToken: () => latest };
}

const cookieOf = ({ cookies }: Browser): string => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
