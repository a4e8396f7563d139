import { type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose';
import { signJwt } from '../jwt.ts';

/** A key that the played issuer signs with. */
export interface IssuerKey {
  privateKey: CryptoKey;
  publicJwk: JWK & { kid: string; alg: string };
}

/** The keys of a played issuer: made for the run, and nowhere kept. */
export interface IssuerKeys {
  /** The one that signs. */
  readonly current: IssuerKey;
  /** What its key set has. */
  readonly published: JWK[];
  /** Signs with a new key from now on, and publishes it beside the others. */
  rotate(): Promise<IssuerKey>;
  /** Takes the newest key back. */
  withdraw(): void;
  /** Signs claims with the current key. @param header other members; `undefined` leaves one out. */
  sign(claims: object | string, header: Record<string, unknown>): Promise<string>;
}

export async function createIssuerKeys(algorithm: string): Promise<IssuerKeys> {
  const keys: IssuerKey[] = [await newKey(algorithm)];
  const current = (): IssuerKey => keys.at(-1) as IssuerKey;
  return {
    get current() {
      return current();
    },
    get published() {
      return keys.map(({ publicJwk }) => publicJwk);
    },
    rotate: async () => {
      const key = await newKey(algorithm);
      keys.push(key);
      return key;
    },
    withdraw: () => void keys.pop(),
    sign: (claims, header) => {
      const { privateKey, publicJwk } = current();
      return signJwt(claims, { alg: publicJwk.alg, kid: publicJwk.kid, ...header }, privateKey);
    },
  };
}

async function newKey(algorithm: string): Promise<IssuerKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return { privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid: `verifier-${crypto.randomUUID()}`, alg: algorithm, use: 'sig' } };
}
