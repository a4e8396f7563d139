import { check } from '../../check.ts';
import { notTried } from '../../finding.ts';
import type { ResourceServer } from '../subject.ts';
import type { TokenChanges } from '../tokens/tokens.ts';

const now = (): number => Math.floor(Date.now() / 1000);
const HOUR = 3_600;

/** Signs each, and has each refused. */
async function refusesSigned(server: ResourceServer, id: string, changes: Readonly<Record<string, TokenChanges>>): Promise<void> {
  const { token } = await server.rightJwt();
  const attempts = [];
  for (const [what, change] of Object.entries(changes)) attempts.push({ what, call: { token: await server.tokens.signed(change) } });
  await server.refuses(id, attempts, { token });
}

/** A JSON object in which a member comes twice: with a value that would be refused, and with the right one before it. */
const twice = (name: string, wrong: unknown) => (claims: Record<string, unknown>) => {
  const text = JSON.stringify(claims);
  return `${text.slice(0, -1)},${JSON.stringify(name)}:${JSON.stringify(wrong)}}`;
};

/** What a signed JWT says (RFC 9068 §4). */
export const jwtClaims = [
  check<ResourceServer>('RS-JWT-03', 'tokens of other issuers', (server) => {
    const { issuer } = server.tokens;
    return refusesSigned(server, 'RS-JWT-03', {
      'a token of another issuer': { claims: { iss: 'https://another-issuer.example' } },
      'a token of an issuer with a slash more or less': { claims: { iss: issuer.endsWith('/') ? issuer.slice(0, -1) : `${issuer}/` } },
      'a token of an issuer whose name begins with the right one': { claims: { iss: `${issuer}.evil.example` } },
      'a token of the issuer in other letter case': { claims: { iss: issuer.replace(/[a-z]/, (letter) => letter.toUpperCase()) } },
      'a token of the issuer and another one': { claims: { iss: [issuer, 'https://another-issuer.example'] } },
    });
  }),
  check<ResourceServer>('RS-JWT-04', 'tokens for others', async (server) => {
    const { token } = await server.rightJwt();
    const others = await server.tokens.forOthers();
    await server.refuses(
      'RS-JWT-04',
      others.map(({ what, token: other }) => ({ what, call: { token: other } })),
      { token },
    );
  }),
  check<ResourceServer>('RS-JWT-05', 'tokens past their end', (server) =>
    refusesSigned(server, 'RS-JWT-05', {
      'a token that ended an hour ago': { claims: { iat: now() - 2 * HOUR, exp: now() - HOUR } },
      'a token that ended ten minutes ago': { claims: { iat: now() - HOUR, exp: now() - 600 } },
      'a token that ended in 1970': { claims: { exp: 0 } },
    }),
  ),
  check<ResourceServer>('RS-JWT-05', 'a token before its beginning', (server) =>
    refusesSigned(server, 'RS-JWT-05', { 'a token that begins in half an hour': { claims: { nbf: now() + HOUR / 2, exp: now() + HOUR } } }),
  ),
  check<ResourceServer>('RS-JWT-06', 'tokens that lack what makes them tokens for here', (server) =>
    refusesSigned(server, 'RS-JWT-06', {
      'a token without an end': { claims: { exp: undefined } },
      'a token without an issuer': { claims: { iss: undefined } },
      'a token without an audience': { claims: { aud: undefined } },
    }),
  ),
  check<ResourceServer>('RS-JWT-06', 'claims of other types', (server) =>
    refusesSigned(server, 'RS-JWT-06', {
      'a token whose end is a word': { claims: { exp: 'tomorrow' } },
      'a token whose end is null': { claims: { exp: null } },
      'a token whose end is an object': { claims: { exp: {} } },
      'a token whose audience is an object': { claims: { aud: { [server.resource]: true } } },
      'a token whose issuer is null': { claims: { iss: null } },
      'a signed text that is no object': { text: () => JSON.stringify('claims') },
      'a signed text that is no JSON': { text: () => 'claims' },
      'a signed null': { text: () => 'null' },
    }),
  ),
  check<ResourceServer>('RS-JWT-06', 'a claim twice, of which the last is wrong', (server) =>
    refusesSigned(server, 'RS-JWT-06', {
      'a token with a second audience member, for another resource': { text: twice('aud', 'https://another.example/api') },
      'a token with a second issuer member, of another issuer': { text: twice('iss', 'https://another-issuer.example') },
      'a token with a second end, in the past': { text: twice('exp', 1) },
    }),
  ),
  check<ResourceServer>('RS-JWT-10', 'the token of a client that acts for itself', async (server) => {
    if (server.operation.usersOnly !== true) notTried('nobody said that the operation is for users only (usersOnly)');
    const token = await server.tokens.ofClient();
    await server.refuses('RS-JWT-10', [{ what: 'the token of a client that acts for itself', call: { token } }]);
  }),
];
