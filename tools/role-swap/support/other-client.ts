import * as oauth from 'oauth4webapi';

/** Somebody else's client: a script on oauth4webapi, with what the banner says and what the servers' metadata say. */
export interface OtherClient {
  /** Where it sends the browser. */
  authorizationUrl: string;
  /** Goes on from where the browser was sent back to. @returns the answer of the API. */
  finish(callback: URL): Promise<Response>;
}

export async function otherClient(options: {
  issuer: string;
  resource: string;
  redirectUri: string;
  clientId: string;
  clientSecret: string;
}): Promise<OtherClient> {
  const insecure = { [oauth.allowInsecureRequests]: true };
  const issuer = new URL(options.issuer);
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }));
  const client = { client_id: options.clientId };
  const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
  const url = new URL(server.authorization_endpoint ?? '');
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: options.clientId,
    redirect_uri: options.redirectUri,
    scope: 'notes:read notes:write',
    resource: options.resource,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).toString();
  return {
    authorizationUrl: url.href,
    finish: async (callback) => {
      const answer = oauth.validateAuthResponse(server, client, callback, state);
      const authentication = oauth.ClientSecretBasic(options.clientSecret);
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        client,
        authentication,
        answer,
        options.redirectUri,
        verifier,
        insecure,
      );
      const { access_token } = await oauth.processAuthorizationCodeResponse(server, client, response);
      const [method, headers] = ['POST', new Headers({ 'content-type': 'application/json' })];
      const note = JSON.stringify({ title: 'From elsewhere', body: '' });
      return oauth.protectedResourceRequest(access_token, method, new URL(`${options.resource}/notes`), headers, note, insecure);
    },
  };
}
