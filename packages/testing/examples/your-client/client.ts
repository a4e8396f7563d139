import * as openid from 'openid-client';

/** What this client keeps for a user between two pages, and afterwards. */
export interface Session {
  pending?: { state: string; verifier: string };
  tokens?: { access: string; refresh: string | undefined; expiresAt: number };
}

export interface ClientOptions {
  issuer: string;
  clientId: string;
  clientSecret: string;
  redirectUri: string;
  /** The API that is called. */
  resource: string;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

/** A client as yours may be: it shows a user's notes, and knows nothing of the test kit. */
export async function createClient({ issuer, clientId, clientSecret, redirectUri, resource, now = Date.now }: ClientOptions) {
  const configuration = await openid.discovery(new URL(issuer), clientId, clientSecret, undefined, {
    algorithm: 'oauth2',
    // Only for servers on this machine.
    execute: [openid.allowInsecureRequests],
  });

  const keep = (session: Session, answer: openid.TokenEndpointResponse): void => {
    const expiresAt = now() + (answer.expires_in ?? 0) * 1000;
    session.tokens = { access: answer.access_token, refresh: answer.refresh_token ?? session.tokens?.refresh, expiresAt };
  };

  return {
    /** Where to send the browser. */
    async signIn(session: Session): Promise<string> {
      const verifier = openid.randomPKCECodeVerifier();
      const state = openid.randomState();
      session.pending = { state, verifier };
      return openid.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: 'notes:read',
        resource,
        state,
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }).href;
    },

    /** What the browser has come back with. */
    async callback(session: Session, url: URL): Promise<void> {
      const { state, verifier } = session.pending ?? { state: '', verifier: '' };
      delete session.pending;
      keep(session, await openid.authorizationCodeGrant(configuration, url, { expectedState: state, pkceCodeVerifier: verifier }));
    },

    /** The titles of the user's notes. Gets a new access token first where the old one is about to expire. */
    async notes(session: Session): Promise<string[]> {
      if (session.tokens?.refresh !== undefined && session.tokens.expiresAt < now() + 30_000)
        keep(session, await openid.refreshTokenGrant(configuration, session.tokens.refresh, { resource }));
      const response = await fetch(`${resource}/notes`, { headers: { authorization: `Bearer ${session.tokens?.access}` } });
      if (!response.ok) throw new Error(`the API answers with status ${response.status}: please sign in again`);
      return ((await response.json()) as { notes: { title: string }[] }).notes.map(({ title }) => title);
    },
  };
}
