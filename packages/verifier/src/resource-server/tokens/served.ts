import type { JWK } from 'jose';
import { type AuthorizationServer, type Tokens, tokensFrom } from '../../authorization-server/subject.ts';
import type { KnownClient } from '../../authorization-server/target.ts';
import { Finding, notTried } from '../../finding.ts';
import type { Fields } from '../../http.ts';
import { type ProofKey, proofOf } from '../../proof.ts';
import type { ResourceServerTarget } from '../target.ts';
import type { Token, TokenSource } from './tokens.ts';

interface Options {
  target: ResourceServerTarget;
  server: AuthorizationServer;
  /** What right tokens are asked for with. */
  scope: string | undefined;
  /** Whether somebody can log in: otherwise clients act for themselves. */
  hasUser: boolean;
  /** Binds all tokens, where only bound ones are taken. */
  key: ProofKey | undefined;
}

/** How long a token is used again, in milliseconds: none that is worth asking for is shorter. */
const USED_FOR = 30_000;

const PLAYED = 'can only be had where the verifier plays the issuer (playIssuer)';

/** Tokens of somebody's authorization server. */
export function servedTokens({ target, server, scope, hasUser, key }: Options): TokenSource {
  const owners = new Map<string, KnownClient>();
  let right: { token: Promise<Token>; until: number } | undefined;

  /** As RFC 9449 §5 has it, with another proof where a nonce is wanted (§8). */
  const bound = async (client: KnownClient, form: Fields, to: ProofKey): Promise<Tokens> => {
    const url = server.endpoint('token_endpoint');
    const ask = async (nonce: string | undefined) =>
      server.token(client, form, { headers: { dpop: await proofOf(to, { method: 'POST', url, nonce }) } });
    const answer = await ask(undefined);
    const nonce = answer.headers.get('dpop-nonce') ?? undefined;
    return tokensFrom(answer.status === 400 && nonce !== undefined ? await ask(nonce) : answer, client);
  };

  const askFor = async (
    changes: Fields,
    to: ProofKey | undefined = key,
    ofUser = hasUser,
  ): Promise<Token & { response: Tokens['response'] }> => {
    const client = await server.client(ofUser ? 'web' : 'service');
    const form: Fields = ofUser
      ? await codeForm(server, client, changes)
      : { grant_type: 'client_credentials', scope, resource: target.resource, ...changes };
    const { access_token: text, response } = to ? await bound(client, form, to) : tokensFrom(await server.token(client, form), client);
    owners.set(text, client);
    return { text, key: to, response };
  };

  /** What the authorization server does wrong is none of the resource server's business. */
  const tokenOf: typeof askFor = async (...request) => {
    try {
      return await askFor(...request);
    } catch (error) {
      if (error instanceof Finding) return notTried(`no token could be had for it: ${error.message}`);
      throw error;
    }
  };

  return {
    issuer: server.issuer,
    played: undefined,
    right: () => {
      if (right === undefined || right.until < Date.now()) right = { token: tokenOf({ scope }), until: Date.now() + USED_FOR };
      return right.token;
    },
    fresh: () => tokenOf({ scope }),
    withScope: (wanted) => tokenOf({ scope: wanted }),
    withoutScope: async () => {
      if (target.otherScope === undefined) return notTried('nobody named a scope that is not enough for the operation (otherScope)');
      return [await tokenOf({ scope: target.otherScope })];
    },
    boundTo: (other) => {
      if (server.metadata.dpop_signing_alg_values_supported === undefined)
        notTried('the authorization server binds no tokens to keys (DPoP)');
      return tokenOf({ scope }, other);
    },
    ofClient: () => tokenOf({ scope }, key, false),
    forOthers: async () => {
      if (target.otherResource === undefined)
        return notTried('nobody named another resource of the authorization server’s (otherResource)');
      const { identifier, scope: wanted } = target.otherResource;
      return [{ what: 'a token for another resource', token: await tokenOf({ resource: identifier, scope: wanted }) }];
    },
    noAccessTokens: async () => {
      if (!hasUser) return notTried('an ID token takes a user who logs in, or a played issuer (playIssuer)');
      if (!server.metadata.scopes_supported?.includes('openid'))
        return notTried('the authorization server announces no ID tokens (openid)');
      const { response } = await tokenOf({ scope: `openid ${scope ?? ''}`.trim() });
      const { id_token: text } = response;
      if (typeof text !== 'string') return notTried('the authorization server issues no ID tokens with the scope openid');
      return [{ what: 'an ID token', token: { text, key } }];
    },
    signed: async () => notTried(`tokens that are signed rightly and say something wrong ${PLAYED}`),
    opaque: async () => notTried(`tokens of which introspection says something wrong ${PLAYED}`),
    revoke: async ({ text }) => {
      const client = owners.get(text);
      if (client === undefined || server.metadata.revocation_endpoint === undefined)
        return notTried('the authorization server revokes no tokens');
      const { status, to } = await server.asClient(client, server.endpoint('revocation_endpoint'), { token: text });
      if (status !== 200) notTried(`the token could not be revoked: ${to} answered ${status}`);
    },
    keys: async () => {
      const { keys } = (await server.http.ask({ url: server.endpoint('jwks_uri') })).json();
      return Array.isArray(keys) ? (keys as JWK[]) : [];
    },
  };
}

/** What redeems a new code. */
async function codeForm(server: AuthorizationServer, client: KnownClient, changes: Fields): Promise<Fields> {
  const { code, redirectUri, verifier } = await server.code(client, changes);
  const resource = 'resource' in changes ? changes['resource'] : server.resource;
  return { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier, resource };
}
