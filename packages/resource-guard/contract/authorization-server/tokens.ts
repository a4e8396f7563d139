import type { PactInMaking } from '@rolecall/contract-testing/define-pact';
import { integer, like, regex, string } from '@rolecall/contract-testing/matchers';
import { ACCESS_TOKEN_TYPE } from '@rolecall/contracts/access-token';
import { INTROSPECTION_JWT_TYPE } from '@rolecall/contracts/introspection';
import { given } from '@rolecall/contracts/provider-states';
import { REVOCATIONS_TYPE } from '@rolecall/contracts/revocations';
import { expect, it } from 'vitest';
import { followRevocations } from '../../src/revocation/follow-revocations.ts';
import { createIntrospection } from '../../src/token/introspection.ts';
import { createJwtVerifier } from '../../src/token/jwt.ts';
import { besides, clock, exampleKeys, ISSUER, issuerAt, log, NOW, RESOURCE, SCOPE, signExample } from '../support/issuer.ts';
import { active, client, consented, known, SELF } from '../support/parties.ts';

/** A JWT, decoded: its parts alone can be compared, for the text is never the same. */
interface Decoded {
  header: { typ: string };
  payload: Record<string, unknown>;
}

/** A key that can be found, and an algorithm that is asymmetric. */
const header = (typ: string) => ({ typ, kid: string('the-key-of-examples'), alg: regex('^(ES256|RS256|EdDSA)$', 'EdDSA') });

/** What an access token says (RFC 9068 §2.2). */
const accessTokenClaims = {
  iss: ISSUER,
  sub: string('alice'),
  aud: RESOURCE,
  client_id: 'sample-client',
  scope: SCOPE,
  iat: integer(NOW),
  exp: integer(NOW + 600),
  jti: string('an-id'),
  // By which the feed of revocations names it.
  grant_id: string('a-grant'),
};

const unreachable: typeof fetch = () => Promise.reject(new Error('nothing else is asked'));

/** What the guard has to find inside of what is signed. On the wire it is a text that contracts cannot look into. */
export function tokensContract(pact: PactInMaking): void {
  it('an access token is for this resource, from this issuer, and says of whom and what for', () =>
    pact.verifyMessage<Decoded>(
      {
        given: [client, consented({ tokenFormat: 'jwt' })],
        expectsToReceive: 'an access token',
        content: {
          header: header(ACCESS_TOKEN_TYPE),
          payload: accessTokenClaims,
        },
      },
      async ({ header: { typ }, payload }) => {
        const issuer = issuerAt(besides(unreachable));
        const verifyJwt = createJwtVerifier({ issuerName: ISSUER, audience: RESOURCE, issuer, clock, rememberSignatures: 0 });
        expect(await verifyJwt(signExample(typ, payload))).toMatchObject({ subject: 'alice', scopes: new Set(SCOPE.split(' ')) });
      },
    ));

  it('an access token by a new key names one that is published', () =>
    pact.verifyMessage<Decoded & { key: object }>(
      {
        given: [client, given('key rotated', {}), consented({ tokenFormat: 'jwt' })],
        expectsToReceive: 'an access token by a new key, and the published key that it names',
        content: {
          header: header(ACCESS_TOKEN_TYPE),
          payload: accessTokenClaims,
          key: {
            kid: string('the-key-of-examples'),
            use: 'sig',
            alg: regex('^(ES256|EdDSA)$', 'EdDSA'),
            kty: regex('^(EC|OKP)$', 'OKP'),
            crv: regex('^(P-256|Ed25519)$', 'Ed25519'),
            x: regex('^[\\w-]{43}$', exampleKeys.keys[0]?.x ?? ''),
          },
        },
      },
      async ({ header: { typ }, payload, key }) => {
        const issuer = issuerAt(besides(unreachable, { '/jwks': { keys: [key] } }));
        const verifyJwt = createJwtVerifier({ issuerName: ISSUER, audience: RESOURCE, issuer, clock, rememberSignatures: 0 });
        expect(await verifyJwt(signExample(typ, payload))).toMatchObject({ subject: 'alice' });
      },
    ));

  it('a signed answer about a token is for this resource server alone', () =>
    pact.verifyMessage<Decoded>(
      {
        given: [known, client, consented()],
        expectsToReceive: 'a signed answer about a token',
        content: {
          header: header(INTROSPECTION_JWT_TYPE),
          payload: { iss: ISSUER, aud: SELF.clientId, iat: integer(NOW), token_introspection: active },
        },
      },
      async ({ header: { typ }, payload }) => {
        const ask = besides(async () => new Response(signExample(typ, payload)));
        const judge = createIntrospection({
          ...SELF,
          signed: true,
          issuerName: ISSUER,
          audience: RESOURCE,
          issuer: issuerAt(ask),
          clock,
          log,
          fetch: ask,
        });
        expect(await judge('rc_at_an-opaque-token')).toMatchObject({ subject: 'alice' });
      },
    ));

  it('the feed of revocations names the grants that have ended', () =>
    pact.verifyMessage<Decoded>(
      {
        given: [client, consented({ tokenFormat: 'jwt', revoked: true })],
        expectsToReceive: 'the feed of revocations',
        content: {
          header: header(REVOCATIONS_TYPE),
          payload: {
            iss: ISSUER,
            iat: integer(NOW),
            exp: integer(NOW + 60),
            revocations: like([{ claim: string('grant_id'), value: string('a-grant'), at: integer(NOW) }]),
          },
        },
      },
      async ({ header: { typ }, payload }) => {
        const ask = besides(async () => new Response(signExample(typ, payload)));
        const isRevoked = followRevocations({ issuerName: ISSUER, issuer: issuerAt(ask), clock, log, fetch: ask });
        expect(await isRevoked({ claims: { grant_id: 'a-grant', iat: NOW } } as never)).toBe(true);
      },
    ));
}
