import { type PublicSigningKey, publicSigningKey } from '@rolecall/contracts/jwks';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { SigningKeyStore } from '../types.ts';

export function createSigningKeyStore(prisma: PrismaClient): SigningKeyStore {
  return {
    list: async () => {
      const rows = await prisma.signingKey.findMany({ orderBy: { sequence: 'asc' } });
      return rows.map(({ kid, sequence, publicJwk, encryptedPrivateKey, signsFrom }) => ({
        kid,
        sequence,
        algorithm: 'ES256',
        publicJwk: publicSigningKey.parse(publicJwk) satisfies PublicSigningKey,
        encryptedPrivateKey,
        signsFrom: signsFrom.getTime(),
      }));
    },
    addIfAbsent: async (key) => {
      await prisma.signingKey.createMany({ data: [{ ...key, signsFrom: new Date(key.signsFrom) }], skipDuplicates: true });
    },
    removeBefore: async (sequence) => void (await prisma.signingKey.deleteMany({ where: { sequence: { lt: sequence } } })),
  };
}
