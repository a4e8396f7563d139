import { fromProviderState } from '@rolecall/contract-testing/matchers';
import { generateKeyPairSync } from 'node:crypto';
import type { Access } from '../../src/access/access.ts';
import { createProofs } from '../../src/dpop/proofs.ts';
import { createNotesApi, type NotesApi } from '../../src/notes/api.ts';
import { ISSUER, RESOURCE } from './addresses.ts';
import { clock, outbound } from './parties.ts';

export const ACCESS_TOKEN = 'an-access-token-that-is-an-example';

/** The access token of the state, in the only place where it may be (RFC 6750 §2.1). */
export const BEARER = { authorization: fromProviderState('Bearer ${accessToken}', `Bearer ${ACCESS_TOKEN}`) };

/** Access with a bearer token. */
export const bearer: Access = { accessToken: ACCESS_TOKEN, issuer: ISSUER, resource: RESOURCE, renewals: 0 };

/** Access that is bound to a key. */
export const bound = (): Access => ({
  ...bearer,
  dpopKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
});

/** The client's own way to the API. */
export const notesApi = (fetchFromMock: typeof fetch): NotesApi =>
  createNotesApi({ resource: RESOURCE, clock, outboundFetch: outbound(fetchFromMock), proofs: createProofs(true, clock) });
