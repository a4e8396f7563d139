import { definePact } from '@rolecall/contract-testing/define-pact';
import { describe, it } from 'vitest';
import { introspectionContract } from './authorization-server/introspection.ts';
import { keysContract, metadataContract } from './authorization-server/keys.ts';
import { revocationsContract } from './authorization-server/revocations.ts';
import { tokensContract } from './authorization-server/tokens.ts';

// The guard is what asks in every resource server: in pacts it has the role's name.
const pact = definePact('resource-server', 'authorization-server');

describe('what a resource server expects of the authorization server', () => {
  describe('its metadata', () => metadataContract(pact));
  describe('its keys', () => keysContract(pact));
  describe('introspection', () => introspectionContract(pact));
  describe('the feed of revocations', () => revocationsContract(pact));
  describe('what is signed', () => tokensContract(pact));

  it('is the pact in git', () => pact.keep());
});
