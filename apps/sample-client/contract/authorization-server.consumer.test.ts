import { definePact } from '@rolecall/contract-testing/define-pact';
import { describe, it } from 'vitest';
import { authorizationRequestContract } from './authorization-server/authorization-request.ts';
import { clientCredentialsContract, privateKeyJwtContract } from './authorization-server/client-credentials.ts';
import { metadataContract } from './authorization-server/metadata.ts';
import { registrationContract } from './authorization-server/registration.ts';
import { revocationContract } from './authorization-server/revocation.ts';
import { codeContract, refreshContract } from './authorization-server/token-request.ts';

const pact = definePact('sample-client', 'authorization-server');

describe('what the client expects of the authorization server', () => {
  describe('its metadata', () => metadataContract(pact));
  describe('the authorization endpoint', () => authorizationRequestContract(pact));
  describe('the token endpoint: a code', () => codeContract(pact));
  describe('the token endpoint: a refresh token', () => refreshContract(pact));
  describe('the token endpoint: the client for itself', () => clientCredentialsContract(pact));
  describe('the token endpoint: private_key_jwt', () => privateKeyJwtContract(pact));
  describe('revocation', () => revocationContract(pact));
  describe('registration', () => registrationContract(pact));

  it('is the pact in git', () => pact.keep());
});
