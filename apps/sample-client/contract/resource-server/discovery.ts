import type { PactInMaking } from '@rolecall/contract-testing/define-pact';
import { eachLike, regex } from '@rolecall/contract-testing/matchers';
import { expect, it } from 'vitest';
import { askForMetadataUrl, discoverResource } from '../../src/discovery/resource.ts';
import { ISSUER, RESOURCE } from '../support/addresses.ts';
import { outbound } from '../support/parties.ts';

const METADATA_URL = `${RESOURCE}/.well-known/oauth-protected-resource`;

export function discoveryContract(pact: PactInMaking): void {
  it('finds out whose tokens the API takes, and which scopes it knows', () =>
    pact.verify(
      {
        uponReceiving: 'a request for the metadata',
        withRequest: { method: 'GET', path: '/.well-known/oauth-protected-resource', headers: { accept: 'application/json' } },
        willRespondWith: {
          status: 200,
          body: {
            resource: RESOURCE,
            authorization_servers: eachLike(regex('^https?://.+$', ISSUER)),
            scopes_supported: ['notes:read', 'notes:write'],
          },
        },
      },
      async (fetchFromMock) => {
        expect(await discoverResource(RESOURCE, undefined, outbound(fetchFromMock))).toEqual({
          resource: RESOURCE,
          authorization_servers: [ISSUER],
          scopes_supported: ['notes:read', 'notes:write'],
        });
      },
    ));

  it('learns from a challenge where that is said', () =>
    pact.verify(
      {
        uponReceiving: 'a request without a token',
        withRequest: { method: 'GET', path: '/notes' },
        willRespondWith: {
          status: 401,
          headers: {
            'www-authenticate': regex(`^Bearer .*resource_metadata="${METADATA_URL}".*$`, `Bearer resource_metadata="${METADATA_URL}"`),
          },
        },
      },
      async (fetchFromMock) => {
        expect(await askForMetadataUrl(`${RESOURCE}/notes`, outbound(fetchFromMock))).toBe(METADATA_URL);
      },
    ));
}
