import * as oauth from '/spa/oauth4webapi.js';

/**
 * Access to an API for an application that lives in a browser alone: the code flow with PKCE and without a secret (RFC 9700 §2.1.1).
 * Tokens are in this module's memory and nowhere else: a page that is loaded anew has none, and asks again.
 *
 * @typedef {{ issuer: string, clientId: string, resource: string, redirectUri: string, scope: string }} Settings
 * @typedef {{ accessToken: string, refreshToken?: string, scope: string, expiresAt?: number, renewals: number }} Access
 */

/** The access has ended: the user has to connect again. */
export class DisconnectedError extends Error {}

/** What came back is not an answer to what was asked, or a refusal. */
export class NotConnectedError extends Error {}

const ATTEMPT = 'rolecall-spa-attempt';
const AHEAD_MILLISECONDS = 30_000;

/** @param {Settings} settings */
export function createConnection(settings) {
  const { issuer, clientId, resource, redirectUri } = settings;
  const client = { client_id: clientId };
  // The server of this page allows an issuer in the clear on this machine only.
  const options = { [oauth.allowInsecureRequests]: issuer.startsWith('http:') };

  /** @type {Access | undefined} */
  let access;
  /** @type {Promise<oauth.AuthorizationServer> | undefined} */
  let metadata;
  /** @type {Promise<Access> | undefined} */
  let renewal;

  const discover = async () => {
    const response = await oauth.discoveryRequest(new URL(issuer), { ...options, algorithm: 'oauth2' });
    const server = await oauth.processDiscoveryResponse(new URL(issuer), response);
    if (server.issuer !== issuer) throw new NotConnectedError('the metadata is of another issuer');
    if (!server.code_challenge_methods_supported?.includes('S256')) throw new NotConnectedError('the server does not offer PKCE');
    return server;
  };
  const authorizationServer = () =>
    (metadata ??= discover().catch((error) => {
      metadata = undefined;
      throw error;
    }));

  /** @param {oauth.TokenEndpointResponse} tokens @param {Partial<Access>} before @returns {Access} */
  const accessOf = (tokens, before) => {
    if (tokens.token_type !== 'bearer') throw new NotConnectedError('the token is not a bearer token');
    const { expires_in: seconds } = tokens;
    return (access = {
      accessToken: tokens.access_token,
      // The old one is worth nothing any more where a new one came (rotation, RFC 9700 §4.14.2).
      refreshToken: tokens.refresh_token ?? before.refreshToken,
      scope: tokens.scope ?? before.scope ?? settings.scope,
      expiresAt: seconds === undefined ? undefined : Date.now() + seconds * 1000,
      renewals: before.renewals === undefined ? 0 : before.renewals + 1,
    });
  };

  /** @param {string} token */
  const revoke = async (token) => {
    const server = await authorizationServer();
    if (server.revocation_endpoint === undefined) return;
    await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, oauth.None(), token, options));
  };

  /** @param {Access} old */
  const refresh = async (old) => {
    if (old.refreshToken === undefined) throw disconnected();
    const server = await authorizationServer();
    const parameters = { ...options, additionalParameters: { resource } };
    try {
      const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), old.refreshToken, parameters);
      const tokens = await oauth.processRefreshTokenResponse(server, client, response);
      if (access === old) return accessOf(tokens, old);
      // The user has ended it meanwhile: what came is not kept.
      await revoke(tokens.refresh_token ?? tokens.access_token);
      throw disconnected();
    } catch (error) {
      if (error instanceof oauth.ResponseBodyError && error.error === 'invalid_grant') throw disconnected();
      throw error;
    }
  };
  const disconnected = () => {
    access = undefined;
    return new DisconnectedError('the access has ended');
  };

  /** One refresh at a time: a second one with the same token would look like theft. @returns {Promise<Access>} */
  const renew = () => {
    if (access === undefined) return Promise.reject(disconnected());
    return (renewal ??= refresh(access).finally(() => (renewal = undefined)));
  };

  return {
    /** What the page may tell of its access: everything but the tokens. */
    facts: () => access && { scope: access.scope, expiresAt: access.expiresAt, renewals: access.renewals },
    renew,

    /** The address at which the user decides. What must be the same when the browser comes back is kept in this tab until then. */
    begin: async () => {
      const server = await authorizationServer();
      if (server.authorization_endpoint === undefined) throw new NotConnectedError('the server has no authorization endpoint');
      const attempt = { state: oauth.generateRandomState(), codeVerifier: oauth.generateRandomCodeVerifier(), issuer };
      sessionStorage.setItem(ATTEMPT, JSON.stringify(attempt));
      const url = new URL(server.authorization_endpoint);
      if (url.protocol !== 'https:' && url.protocol !== new URL(issuer).protocol) throw new NotConnectedError('no address to go to');
      const parameters = {
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: settings.scope,
        state: attempt.state,
        code_challenge: await oauth.calculatePKCECodeChallenge(attempt.codeVerifier),
        code_challenge_method: 'S256',
        resource,
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url.href;
    },

    /**
     * Takes the browser's answer to its end. Whatever comes of it, the attempt is used up.
     *
     * @param {URL} answer the address that the browser came back to
     */
    finish: async (answer) => {
      const kept = sessionStorage.getItem(ATTEMPT);
      sessionStorage.removeItem(ATTEMPT);
      if (kept === null) throw new NotConnectedError('this answer belongs to nothing that was asked in this tab');
      const attempt = JSON.parse(kept);
      if (attempt.issuer !== issuer) throw new NotConnectedError('another server was asked');
      const server = await authorizationServer();
      const parameters = oauth.validateAuthResponse(server, client, answer, attempt.state);
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        client,
        oauth.None(),
        parameters,
        redirectUri,
        attempt.codeVerifier,
        { ...options, additionalParameters: { resource } },
      );
      accessOf(await oauth.processAuthorizationCodeResponse(server, client, response), {});
    },

    /**
     * Asks the API, with a fresh token. One that it refuses all the same is renewed, and the call made once more.
     *
     * @param {string} method @param {string} path below the resource @param {object} [body]
     */
    call: async (method, path, body) => {
      if (access === undefined) throw disconnected();
      const send = (/** @type {Access} */ { accessToken }) => request(accessToken, method, path, body);
      const isStale = access.expiresAt !== undefined && access.expiresAt - AHEAD_MILLISECONDS < Date.now();
      const fresh = isStale ? await renew() : access;
      const response = await send(fresh);
      if (response.status !== 401) return response;
      const again = await send(await renew());
      if (again.status === 401) throw disconnected();
      return again;
    },

    /** Gives the access back: at the server as well, if that can be had. */
    end: async () => {
      const ended = access;
      access = undefined;
      if (ended !== undefined) await revoke(ended.refreshToken ?? ended.accessToken);
    },
  };

  /** @param {string} accessToken @param {string} method @param {string} path @param {object} [body] */
  async function request(accessToken, method, path, body) {
    const headers = new Headers({ accept: 'application/json', ...(body && { 'content-type': 'application/json' }) });
    try {
      const url = new URL(resource.replace(/\/$/, '') + path);
      return await oauth.protectedResourceRequest(accessToken, method, url, headers, body && JSON.stringify(body), options);
    } catch (error) {
      if (error instanceof oauth.WWWAuthenticateChallengeError) return error.response;
      throw error;
    }
  }
}

/** What may be said to the user of a failure: the error code of the server, or nothing. @param {unknown} error */
export function codeOf(error) {
  const isAnswer = error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError;
  return isAnswer && /^[a-z_]{1,50}$/.test(error.error) ? error.error : undefined;
}
