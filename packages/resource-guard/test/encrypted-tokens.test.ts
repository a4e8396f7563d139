import { INTROSPECTION_JWT_TYPE } from '@rolecall/contracts/introspection';
import { CompactEncrypt, EncryptJWT, generateKeyPair } from 'jose';
import { afterEach, expect, it } from 'vitest';
import { createSigning, publicJwk } from '../test-support/authorization-server.ts';
import { createProofKey } from '../test-support/proof.ts';
import { type GuardedApi, INTROSPECTION, RESOURCE, startGuardedApi } from './support/guarded-api.ts';

// At a resource server SEC-23 is this: anybody can encrypt to a public key, so that what was encrypted and not signed says nothing of who wrote it.
let api: GuardedApi;
afterEach(() => api.close());

const claims = () => {
  const now = Math.floor(api.clock.now() / 1000);
  const { issuer: iss } = api.authorizationServer;
  return { iss, sub: 'alice', aud: RESOURCE, client_id: 'c', iat: now, exp: now + 60, jti: 'j', scope: 'read' };
};
const encrypt = async (typ: string, said: object) => {
  const { publicKey } = await generateKeyPair('ECDH-ES');
  return new EncryptJWT({ ...said }).setProtectedHeader({ alg: 'ECDH-ES', enc: 'A128GCM', typ }).encrypt(publicKey);
};

it('SEC-23: an access token that is encrypted and not signed is refused, with introspection and without', async () => {
  for (const options of [{}, { introspection: INTROSPECTION }]) {
    api = await startGuardedApi(options);
    const key = await createSigning('enc');
    api.authorizationServer.keys.push({ ...(await publicJwk(key)), use: 'enc', alg: 'ECDH-ES' });
    expect((await api.get('/read', await encrypt('at+jwt', claims()))).statusCode).toBe(401);
    await api.close();
  }
  api = await startGuardedApi();
});

it('SEC-23: a signed one within an encrypted one is refused: this server has no key to open it, and asks for none', async () => {
  api = await startGuardedApi();
  const { publicKey } = await generateKeyPair('ECDH-ES');
  const nested = await new CompactEncrypt(Buffer.from(await api.authorizationServer.token({ claims: { scope: 'read' } })))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A128GCM', cty: 'JWT' })
    .encrypt(publicKey);
  expect((await api.get('/read', nested)).statusCode).toBe(401);
});

it('SEC-23: nor is an answer of introspection believed, or a proof of a key, that is only encrypted', async () => {
  api = await startGuardedApi({ introspection: { ...INTROSPECTION, signed: true } });
  const answer = { iss: api.authorizationServer.issuer, aud: INTROSPECTION.clientId, token_introspection: { active: true, ...claims() } };
  api.introspection.answers.set('opaque', await encrypt(INTROSPECTION_JWT_TYPE, answer));
  expect((await api.get('/read', 'opaque')).statusCode).toBe(503);

  const { jkt } = await createProofKey();
  const token = await api.authorizationServer.token({ claims: { scope: 'read', cnf: { jkt } } });
  const headers = { authorization: `DPoP ${token}`, dpop: await encrypt('dpop+jwt', { htm: 'GET' }) };
  const refused = await api.app.inject({ url: '/read', headers });
  expect([refused.statusCode, refused.json().error]).toEqual([401, 'invalid_dpop_proof']);
});
