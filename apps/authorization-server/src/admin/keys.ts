import { publicSigningKey, signingAlgorithm } from '@rolecall/contracts/jwks';
import * as z from 'zod';
import { currentKey } from '../keys/rotation.ts';
import type { SigningKeyRecord } from '../stores/types.ts';
import type { Administration } from './administration.ts';
import { isoTime } from './fields.ts';
import { operation } from './operation.ts';

const keyDocument = z
  .strictObject({
    kid: z.string(),
    algorithm: signingAlgorithm,
    state: z
      .enum(['announced', 'signing', 'retired'])
      .meta({ description: 'Published before it signs, in use, or published until all that it signed has expired.' }),
    signs_from: z.string(),
    public_jwk: publicSigningKey,
  })
  .meta({ id: 'SigningKey', description: 'The public part of a key that signs tokens.' });

const keyList = z.strictObject({ items: z.array(keyDocument) }).meta({ id: 'SigningKeys' });

const rotation = z
  .strictObject({
    algorithm: signingAlgorithm,
    immediately: z.boolean().default(false).meta({
      description: 'For a key that is in wrong hands: the new key signs at once, and everything that the older ones have signed is dead.',
    }),
  })
  .meta({ id: 'KeyRotation' });

const nextKey = z.strictObject({ kid: z.string(), signs_from: z.string() }).meta({ id: 'NextSigningKey' });

/** The keys that sign tokens. Their private parts are nobody's business. */
export function keyOperations({ stores: { signingKeys }, keyRing, clock }: Administration) {
  return [
    operation({
      method: 'GET',
      path: '/keys',
      scopes: ['admin:read', 'admin:keys'],
      summary: 'List signing keys',
      answer: keyList,
      handle: async () => {
        const all = await signingKeys.list();
        return {
          items: signingAlgorithm.options.flatMap((algorithm) =>
            states(
              all.filter((key) => key.algorithm === algorithm),
              clock.now(),
            ),
          ),
        };
      },
    }),
    operation({
      method: 'POST',
      path: '/keys',
      scopes: ['admin:keys'],
      summary: 'Rotate the key of an algorithm',
      description: 'The next key is announced before it signs. Where one is announced already, that is the next one.',
      body: rotation,
      status: 201,
      answer: nextKey,
      handle: async ({ body, request, administrator }) => {
        const { immediately } = body;
        const { kid, signsFrom } = await keyRing.rotate(body.algorithm, { immediately, request, administrator: administrator.clientId });
        return { kid, signs_from: isoTime(signsFrom) };
      },
    }),
  ];
}

/** What each key of one algorithm does now. */
function states(keys: readonly SigningKeyRecord[], now: number): z.infer<typeof keyDocument>[] {
  const current = currentKey(keys, now)?.sequence ?? 0;
  return keys.map(({ kid, algorithm, sequence, signsFrom, publicJwk }) => ({
    kid,
    algorithm,
    state: sequence === current ? 'signing' : sequence < current ? 'retired' : 'announced',
    signs_from: isoTime(signsFrom),
    public_jwk: publicJwk,
  }));
}
