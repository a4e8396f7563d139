import { type TokenHeader, tokenHeader } from '@rolecall/contracts/token-header';

/** No token of this server is as long as this, with all that a hook may add. */
const MAXIMUM_TOKEN_LENGTH = 16 * 1024;
const MAXIMUM_HEADER_LENGTH = 512;

/** The header of a token that this server may have signed; undefined for everything else. Reads nothing but the text. */
export function readTokenHeader(token: string): TokenHeader | undefined {
  const end = token.indexOf('.');
  if (token.length > MAXIMUM_TOKEN_LENGTH || end < 0 || end > MAXIMUM_HEADER_LENGTH) return undefined;
  try {
    return tokenHeader.safeParse(JSON.parse(Buffer.from(token.slice(0, end), 'base64url').toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
