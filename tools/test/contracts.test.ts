import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { outdatedDocuments } from '../contracts/documents.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

describe('the documents of the contract', () => {
  it('are what the schemas say (else: npm run contracts)', async () => {
    expect(await outdatedDocuments(ROOT)).toEqual([]);
  });
});
