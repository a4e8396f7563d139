import { publicSigningKey, signingAlgorithm } from '@rolecall/contracts/jwks';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { SigningKeyStore } from '../types.ts';

export function createSigningKeyStore(prisma: PrismaClient): SigningKeyStore {
  return {
    list: async () => {
      const rows = await prisma.signingKey.findMany({ orderBy: { sequence: 'asc' } });
      return rows.map(({ kid, sequence, algorithm, publicJwk, encryptedPrivateKey, signsFrom }) => ({
        kid,
        sequence,
        algorithm: signingAlgorithm.parse(algorithm),
        publicJwk: publicSigningKey.parse(publicJwk),
        encryptedPrivateKey,
        signsFrom: signsFrom.getTime(),
      }));
    },
    addIfAbsent: async (key) => {
      await prisma.signingKey.createMany({ data: [{ ...key, signsFrom: new Date(key.signsFrom) }], skipDuplicates: true });
    },
    removeBefore: async (algorithm, sequence) =>
      void (await prisma.signingKey.deleteMany({ where: { algorithm, sequence: { lt: sequence } } })),
  };
}
