import type { FaultKind, Faults } from '@rolecall/lab/faults';
import type { FastifyInstance } from 'fastify';
import type { KeyRing } from '../keys/key-ring.ts';
import type { TokenSigner } from '../keys/token-signer.ts';

const HOUR_SECONDS = 3_600;

/** What can be made to go wrong at an authorization server alone. Each is a mistake that servers have made. */
export const authorizationServerFaults: readonly FaultKind[] = [
  { name: 'expired-token', title: 'Expired token', description: 'The next access token has expired an hour ago.' },
  { name: 'wrong-issuer', title: 'Wrong issuer', description: 'The next access token says that another server has issued it.' },
  { name: 'wrong-audience', title: 'Wrong audience', description: 'The next access token is for another API.' },
  { name: 'unknown-kid', title: 'Unknown key', description: 'The next access token names a key that is not published.' },
  { name: 'stale-jwks', title: 'Stale keys', description: 'The key set that is published lacks the key that signs now.' },
  { name: 'missing-iss', title: 'No issuer in the response', description: 'The next authorization response does not say who sends it.' },
];

const WRONG_CLAIMS: Record<string, (claims: Record<string, unknown>) => Record<string, unknown>> = {
  'expired-token': (claims) => ({ ...claims, iat: Number(claims['iat']) - 2 * HOUR_SECONDS, exp: Number(claims['iat']) - HOUR_SECONDS }),
  'wrong-issuer': (claims) => ({ ...claims, iss: 'https://issuer.invalid' }),
  'wrong-audience': (claims) => ({ ...claims, aud: 'https://api.invalid' }),
};

/** The same ring; but what it signs, and what it publishes, is wrong while such a fault is active. */
export function withFaults(keyRing: KeyRing, faults: Faults): KeyRing {
  return {
    ...keyRing,
    signer: async (algorithm, type) => {
      const sign = await keyRing.signer(algorithm, type);
      return type === undefined ? faultySigner(sign, faults) : sign;
    },
    published: async () => {
      const set = await keyRing.published();
      return faults.take('stale-jwks') ? { keys: set.keys.map((key) => ({ ...key, kid: `before-${key.kid}` })) } : set;
    },
  };
}

function faultySigner(sign: TokenSigner, faults: Faults): TokenSigner {
  return (claims) => {
    let said = { ...claims } as Record<string, unknown>;
    for (const [name, change] of Object.entries(WRONG_CLAIMS)) if (faults.take(name)) said = change(said);
    const token = sign(said);
    return faults.take('unknown-kid') ? withUnknownKey(token) : token;
  };
}

function withUnknownKey(token: string): string {
  const [header = '', ...rest] = token.split('.');
  const changed = { ...(JSON.parse(Buffer.from(header, 'base64url').toString()) as object), kid: 'a-key-that-nobody-has-published' };
  return [Buffer.from(JSON.stringify(changed)).toString('base64url'), ...rest].join('.');
}

/** Leaves `iss` out of authorization responses (RFC 9207 §2) while that fault is active. */
export function registerFaultyResponses(app: FastifyInstance, faults: Faults): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    const location = reply.getHeader('location');
    if (typeof location === 'string' && /[?&]code=.*[?&]iss=/.test(location) && faults.take('missing-iss'))
      reply.header('location', location.replace(/([?&])iss=[^&]*&?/, '$1').replace(/[?&]$/, ''));
    done(null, payload);
  });
}
