import { randomBytes, randomUUID } from 'node:crypto';
import { notTried } from '../../finding.ts';
import type { PlayedIssuer } from '../played-issuer/played-issuer.ts';
import { INTROSPECTION_TYP } from '../played-issuer/introspection.ts';
import type { ProofKey } from '../../proof.ts';
import type { ResourceServerTarget } from '../target.ts';
import { otherScopes } from './other-scopes.ts';
import type { Token, TokenSource } from './tokens.ts';

const LIFETIME_SECONDS = 600;
/** RFC 9068 §2.1. */
const TYP = 'at+jwt';

interface Options {
  target: ResourceServerTarget;
  issuer: PlayedIssuer;
  /** What right tokens allow. */
  scope: string | undefined;
  /** Binds all tokens, where only bound ones are taken. */
  key: ProofKey | undefined;
}

/** Tokens of an issuer that the verifier plays itself. */
export function playedTokens({ target, issuer: played, scope, key }: Options): TokenSource {
  const { resource, tokens: { typ = TYP, format = 'jwt', claims: own = {} } = {} } = target;
  const { issuer, keys } = played;

  const claimsWith = (changes: Readonly<Record<string, unknown>>): Record<string, unknown> => {
    const now = Math.floor(Date.now() / 1000);
    return {
      ...{ iss: issuer, sub: 'rolecall-verifier-user', aud: resource, client_id: 'rolecall-verifier' },
      ...{ iat: now, exp: now + LIFETIME_SECONDS, jti: randomUUID() },
      ...(scope !== undefined && { scope }),
      ...own,
      ...(key && { cnf: { jkt: key.thumbprint } }),
      ...changes,
    };
  };
  const signed: TokenSource['signed'] = async ({ claims = {}, header = {}, text }) => {
    const said = claimsWith(claims);
    return { text: await keys.sign(text === undefined ? said : text(said), { typ, ...header }), key };
  };
  const opaque = async (said: Readonly<Record<string, unknown>> = {}): Promise<Token> => {
    const text = randomBytes(32).toString('base64url');
    played.introspection.set(text, { active: true, token_type: key ? 'DPoP' : 'Bearer', ...claimsWith(said) });
    return { text, key };
  };
  /** In the form that right tokens have. */
  const token = (claims: Readonly<Record<string, unknown>> = {}): Promise<Token> =>
    format === 'jwt' ? signed({ claims }) : opaque(claims);
  const otherKind = async (what: string, otherTyp: string | undefined, claims: Record<string, unknown> = {}) => ({
    what,
    token: await signed({ header: { typ: otherTyp }, claims }),
  });
  const others = {
    'another resource': 'https://another.example/api',
    'a resource whose name begins with this one’s': `${resource}.evil.example`,
    'a resource with a longer name': `${resource}-other`,
    'a resource with a shorter name': resource.slice(0, -1),
    'two other resources': ['https://another.example/api', `${resource}.evil.example`],
    nobody: [],
  };

  return {
    issuer,
    played,
    signed,
    right: () => token(),
    fresh: () => token(),
    withScope: (wanted) => token({ scope: wanted }),
    withoutScope: (needed) => Promise.all(otherScopes(needed).map((claim) => token({ scope: claim }))),
    boundTo: async (other) => ({ ...(await token({ cnf: { jkt: other.thumbprint } })), key: other }),
    ofClient: () => token({ sub: 'rolecall-verifier-service', client_id: 'rolecall-verifier-service' }),
    forOthers: () =>
      Promise.all(Object.entries(others).map(async ([what, aud]) => ({ what: `a token for ${what}`, token: await token({ aud }) }))),
    noAccessTokens: async () => {
      if (typ.toLowerCase() !== TYP) return notTried('its tokens are configured to be of another type than RFC 9068 says');
      return Promise.all([
        otherKind('a JWT of the type "JWT"', 'JWT'),
        otherKind('a JWT without a type', undefined),
        otherKind('an ID token', 'JWT', { nonce: randomUUID(), auth_time: Math.floor(Date.now() / 1000) }),
        otherKind('a logout token', 'logout+jwt', { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }),
        otherKind('an introspection response', INTROSPECTION_TYP, { token_introspection: { active: true } }),
        otherKind('a JWT of a type that begins like an access token’s', 'at+jwt2'),
      ]);
    },
    opaque,
    revoke: async ({ text }) => {
      const said = played.introspection.get(text);
      if (said === undefined) notTried('nobody is asked about a JWT: what ends it before its time is not standardised');
      // With all the rest: one word makes the difference.
      played.introspection.set(text, { ...said, active: false });
    },
    keys: async () => keys.published,
  };
}
