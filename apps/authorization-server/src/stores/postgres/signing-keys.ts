import { publicSigningKey, signingAlgorithm } from '@rolecall/contracts/jwks';
import type { Database } from '@rolecall/storage/open-database';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { SigningKeyStore } from '../types.ts';

const REPLACE_ALL = `
WITH added AS (
  INSERT INTO signing_keys (kid, algorithm, sequence, public_jwk, encrypted_private_key, encryption_key_id, signs_from)
  VALUES ($1, $2, $3, $4::jsonb, $5::bytea, $6, $7::timestamptz)
  ON CONFLICT DO NOTHING
  RETURNING algorithm, sequence
), removed AS (
  DELETE FROM signing_keys USING added WHERE signing_keys.algorithm = added.algorithm AND signing_keys.sequence < added.sequence
)
SELECT sequence FROM added`;

export function createSigningKeyStore(prisma: PrismaClient, database: Database): SigningKeyStore {
  return {
    list: async () => {
      const rows = await prisma.signingKey.findMany({ orderBy: { sequence: 'asc' } });
      return rows.map(({ kid, sequence, algorithm, publicJwk, encryptedPrivateKey, encryptionKeyId, signsFrom }) => ({
        kid,
        sequence,
        algorithm: signingAlgorithm.parse(algorithm),
        publicJwk: publicSigningKey.parse(publicJwk),
        encryptedPrivateKey,
        encryptionKeyId,
        signsFrom: signsFrom.getTime(),
      }));
    },
    addIfAbsent: async (key) =>
      (await prisma.signingKey.createMany({ data: [{ ...key, signsFrom: new Date(key.signsFrom) }], skipDuplicates: true })).count === 1,
    replaceAll: async (key) => {
      const rows = await database.query(REPLACE_ALL, [
        key.kid,
        key.algorithm,
        key.sequence,
        JSON.stringify(key.publicJwk),
        key.encryptedPrivateKey,
        key.encryptionKeyId,
        new Date(key.signsFrom),
      ]);
      return rows.length === 1;
    },
    reseal: async (kid, encryptionKeyId, sealed) =>
      void (await prisma.signingKey.updateMany({ where: { kid, encryptionKeyId }, data: sealed })),
    removeBefore: async (algorithm, sequence) =>
      void (await prisma.signingKey.deleteMany({ where: { algorithm, sequence: { lt: sequence } } })),
  };
}
