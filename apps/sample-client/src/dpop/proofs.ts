import { createPrivateKey, createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import type { Clock } from '@rolecall/storage/clock';
import * as oauth from 'oauth4webapi';
import type { AuthorizationServer } from '../discovery/authorization-server.ts';
import { PeerError } from '../peer-error.ts';

/** The private key to which one session's tokens are bound (RFC 9449), as it is kept beside them: without it they are worth nothing. */
export type DpopKey = JsonWebKey;

/** Proofs that whoever sends a token has the key to which it is bound. */
export interface Proofs {
  /**
   * A key for access that is about to be asked for; undefined where access is not to be bound to one.
   *
   * @throws PeerError when it is to be bound, and the authorization server does not offer that.
   */
  newKey(authorizationServer: AuthorizationServer): DpopKey | undefined;
  /** What makes the proofs by a key, each with an id of its own, and remembers the last nonce of every origin that it spoke to. */
  by(key: DpopKey): oauth.DPoPHandle;
}

const ALGORITHM = 'ES256';
const KEY_TYPE = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** So many sessions' nonces are remembered in this process. Of the others the next proof costs one more round trip. */
const MAXIMUM_REMEMBERED = 1_000;

/** @param wanted whether access is to be bound to keys. Access that is bound already stays so. */
export function createProofs(wanted: boolean, clock: Clock): Proofs {
  const remembered = new Map<string, oauth.DPoPHandle>();

  return {
    newKey: (authorizationServer) => {
      if (!wanted) return undefined;
      if (authorizationServer.dpop_signing_alg_values_supported?.includes(ALGORITHM) !== true)
        throw new PeerError('authorization server', `the metadata does not offer DPoP with ${ALGORITHM}`);
      return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
    },
    by: (key) => {
      const id = `${key.x} ${key.y}`;
      const handle = remembered.get(id) ?? createHandle(key, clock);
      remembered.delete(id);
      remembered.set(id, handle);
      if (remembered.size > MAXIMUM_REMEMBERED) remembered.delete(remembered.keys().next().value as string);
      return handle;
    },
  };
}

/**
 * Sends something with a proof, and once more when the answer is only that the proof has to contain a nonce (RFC 9449 §8, §9): the first answer brought it.
 *
 * @param send makes a proof of its own each time.
 */
export async function withNonce<Value>(dpop: oauth.DPoPHandle | undefined, send: () => Promise<Value>): Promise<Value> {
  try {
    return await send();
  } catch (error) {
    if (dpop === undefined || !oauth.isDPoPNonceError(error)) throw error;
    return send();
  }
}

function createHandle(key: DpopKey, clock: Clock): oauth.DPoPHandle {
  const keyPair = {
    privateKey: createPrivateKey({ key, format: 'jwk' }).toCryptoKey(KEY_TYPE, false, ['sign']),
    publicKey: createPublicKey({ key, format: 'jwk' }).toCryptoKey(KEY_TYPE, true, ['verify']),
  };
  // The handle outlives the moment: its time is the clock's, whenever that is moved.
  const atTime: oauth.ModifyAssertionFunction = (_header, payload) => void (payload['iat'] = Math.floor(clock.now() / 1000));
  return oauth.DPoP({}, keyPair, { [oauth.modifyAssertion]: atTime });
}
