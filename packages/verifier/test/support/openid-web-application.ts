import { randomUUID } from 'node:crypto';
import * as openid from 'openid-client';
import type { ClientOptions } from '../../src/client/verify.ts';
import { clientAddress } from './client-address.ts';
import { type PageAnswer, startWebServer } from './web-server.ts';

interface Session {
  pending?: { state: string; nonce: string; verifier: string };
  name?: string;
}

interface Choices {
  /** Checks the signatures of ID tokens, although TLS would do. */
  checksSignatures?: boolean;
}

/** A client as somebody else writes one: a few lines around the library openid-client, which signs people in and shows who they are. */
export async function openidWebApplication({ checksSignatures = false }: Choices = {}): Promise<ClientOptions> {
  const { url, port, take } = await clientAddress();
  const [clientId, clientSecret] = ['openid-web-application', 'a+secret:with/characters&more%'];
  return {
    issuer: 'http://localhost:0',
    startUrl: `${url}/login`,
    clientId,
    clientSecret,
    patience: 5_000,
    profiles: ['oidc'],
    logoutSelector: 'form',
    launch: async ({ issuer }) => {
      await take();
      const execute = [openid.allowInsecureRequests, ...(checksSignatures ? [openid.enableNonRepudiationChecks] : [])];
      const authentication = openid.ClientSecretBasic(clientSecret);
      // Where the metadata cannot be used there is no configuration, and nobody can be signed in.
      const configuration = await openid
        .discovery(new URL(issuer), clientId, undefined, authentication, { execute, timeout: 1 })
        .catch(() => undefined);
      const sessions = new Map<string, Session>();

      return startWebServer(port, async ({ method, url: at, sid = '' }): Promise<PageAnswer> => {
        const session = sessions.get(sid);
        if (configuration === undefined) return { status: 503, body: '<p>Nobody can sign in.' };
        switch (`${method} ${at.pathname}`) {
          case 'GET /login': {
            const pending = { state: openid.randomState(), nonce: openid.randomNonce(), verifier: openid.randomPKCECodeVerifier() };
            const id = randomUUID();
            sessions.set(id, { pending });
            const location = openid.buildAuthorizationUrl(configuration, {
              redirect_uri: `${url}/callback`,
              scope: 'openid profile',
              state: pending.state,
              nonce: pending.nonce,
              code_challenge: await openid.calculatePKCECodeChallenge(pending.verifier),
              code_challenge_method: 'S256',
            });
            return { location: location.href, sid: id };
          }
          case 'GET /callback': {
            const { pending } = session ?? {};
            if (session === undefined || pending === undefined) return { status: 400, body: '<p>Nothing was asked.' };
            delete session.pending;
            try {
              const tokens = await openid.authorizationCodeGrant(configuration, at, {
                expectedState: pending.state,
                expectedNonce: pending.nonce,
                pkceCodeVerifier: pending.verifier,
                idTokenExpected: true,
              });
              const { name = 'somebody' } = await openid.fetchUserInfo(configuration, tokens.access_token, tokens.claims()?.sub ?? '');
              const id = randomUUID();
              sessions.delete(sid);
              sessions.set(id, { name });
              return { location: '/', sid: id };
            } catch {
              return { status: 400, body: '<p>This did not work.' };
            }
          }
          case 'POST /logout':
            sessions.delete(sid);
            return { location: '/', sid: '' };
          case 'GET /':
            if (session?.name === undefined) return { status: 403, body: '<p>Nobody is signed in.' };
            return { body: `<p>You are ${session.name}.<form method="post" action="/logout"><button>Log out</button></form>` };
          default:
            return { status: 404, body: '<p>There is nothing.' };
        }
      });
    },
  };
}
