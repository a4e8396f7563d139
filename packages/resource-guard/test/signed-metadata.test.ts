import { protectedResourceMetadata } from '@rolecall/contracts/protected-resource-metadata';
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { expect, it } from 'vitest';
import { RESOURCE, startGuardedApi } from './support/guarded-api.ts';

it('RS-PRM-08: the metadata says where to read on, and is signed with a key of the resource’s', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwksUri = `${RESOURCE}/keys`;
  const api = await startGuardedApi({
    about: {
      documentation: 'https://docs.example/api',
      jwksUri,
      signing: { key: privateKey, algorithm: 'ES256', kid: 'resource-key' },
    },
  });
  const read = async () => (await api.get('/.well-known/oauth-protected-resource/v1')).json();
  const { signed_metadata: signed, ...plain } = protectedResourceMetadata.strict().parse(await read());
  expect(plain).toMatchObject({ resource_name: 'An API', resource_documentation: 'https://docs.example/api', jwks_uri: jwksUri });

  const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'resource-key', alg: 'ES256' }] });
  const { payload, protectedHeader } = await jwtVerify(signed as string, keys, { issuer: RESOURCE });
  const { iss, iat, ...claims } = payload;
  expect([iss, typeof iat]).toEqual([RESOURCE, 'number']);
  expect(claims).toEqual(plain);
  // As an access token it is worth nothing, here or anywhere.
  expect(protectedHeader.typ).toBe('resource-metadata+jwt');
  expect((await api.get('/read', signed)).statusCode).toBe(401);
  expect((await read()).signed_metadata).toBe(signed);
  await api.close();
});
