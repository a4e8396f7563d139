import { check } from '../../check.ts';
import { notApplicable, notTried, require } from '../../finding.ts';
import { type Attempt, type ResourceServer, withText } from '../subject.ts';
import { attackersTokens, changedTokens, confusedTokens, type Forgery, oddKeyNames, unsignedTokens } from '../tokens/forgeries.ts';
import { openTrap } from '../tokens/trap.ts';
import type { Token } from '../tokens/tokens.ts';

const attempts = (right: Token, forgeries: readonly Forgery[]): Attempt[] =>
  forgeries.map(({ what, text }) => ({ what, call: { token: withText(right, text) } }));

/** Who has signed a JWT (RFC 9068 §4, RFC 8725 §3). */
export const jwtSignature = [
  check<ResourceServer>('RS-TOK-05 RS-JWT-02', 'a right token that was changed', async (server) => {
    const { token, jwt } = await server.rightJwt();
    await server.refuses('RS-JWT-02', attempts(token, changedTokens(jwt)), { token });
  }),
  check<ResourceServer>('RS-JWT-02', 'tokens that nobody signed', async (server) => {
    const { token, jwt } = await server.rightJwt();
    await server.refuses('RS-JWT-02', attempts(token, unsignedTokens(jwt)), { token });
  }),
  check<ResourceServer>('RS-JWT-02', 'the public key as a secret', async (server) => {
    const { token, jwt } = await server.rightJwt();
    const keys = await server.tokens.keys();
    if (keys.length === 0) notTried('the issuer publishes no keys');
    await server.refuses('RS-JWT-02', attempts(token, confusedTokens(jwt, keys)), { token });
  }),
  check<ResourceServer>('RS-JWT-02', 'an algorithm that does not fit the key', async (server) => {
    const { token, jwt } = await server.rightJwt();
    const [header, claims, signature] = jwt.parts;
    const others = ['RS256', 'RS512', 'PS256', 'ES256', 'ES512', 'EdDSA', 'HS256', 'rs256', 'X'].filter((alg) => alg !== jwt.header['alg']);
    const changed = others.map((alg) => ({
      what: `a token that says ${alg} of its signature`,
      text: `${Buffer.from(JSON.stringify({ ...jwt.header, alg })).toString('base64url')}.${claims}.${signature}`,
    }));
    require(header !== '', 'the token has no header');
    await server.refuses('RS-JWT-02', attempts(token, changed), { token });
  }),
  check<ResourceServer>('RS-JWT-07', 'keys that a token brings along or points to', async (server) => {
    const { token, jwt } = await server.rightJwt();
    const trap = await openTrap(server);
    try {
      await server.refuses('RS-JWT-07', attempts(token, await attackersTokens(jwt, trap.address)), { token });
      require(trap.visits() === 0, 'it went where the header of a token pointed');
    } finally {
      await trap.close();
    }
  }),
  check<ResourceServer>('RS-JWT-07', 'odd names of keys', async (server) => {
    const { token, jwt } = await server.rightJwt();
    const odd = oddKeyNames(jwt);
    const long = odd.filter(({ text }) => text.length > 8_000);
    await server.refuses(
      'RS-JWT-07',
      attempts(
        token,
        odd.filter((each) => !long.includes(each)),
      ),
      { token },
    );
    for (const { call, what } of attempts(token, long)) {
      const { status } = await server.call(call);
      require(status >= 400 && status < 500, `${what} was answered with ${status}`);
    }
  }),
  check<ResourceServer>('RS-JWT-07', 'an extension that has to be understood', async (server) => {
    const { token } = await server.rightJwt();
    const odd = await server.tokens.signed({
      header: { crit: ['https://verifier.example/rolecall'], 'https://verifier.example/rolecall': true },
    });
    await server.refuses('RS-JWT-07', [{ what: 'a token with a critical extension that nobody knows', call: { token: odd } }], { token });
  }),
  check<ResourceServer>('RS-JWT-01', 'JWTs of the issuer that are no access tokens', async (server) => {
    const { token, jwt } = await server.rightJwt();
    const typ = String(jwt.header['typ'] ?? '')
      .toLowerCase()
      .replace(/^application\//, '');
    if (typ !== 'at+jwt') notApplicable('its access tokens are not of the type that RFC 9068 gives them');
    const others = await server.tokens.noAccessTokens();
    await server.refuses(
      'RS-JWT-01',
      others.map(({ what, token: other }) => ({ what, call: { token: other } })),
      { token },
    );
  }),
];
