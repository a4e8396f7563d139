import type { PactInMaking } from '@rolecall/contract-testing/define-pact';
import { arrayContaining, eachLike, regex } from '@rolecall/contract-testing/matchers';
import { expect, it } from 'vitest';
import { discoverAuthorizationServer } from '../../src/discovery/authorization-server.ts';
import { ISSUER } from '../support/addresses.ts';
import { metadata, outbound } from '../support/parties.ts';

export function metadataContract(pact: PactInMaking): void {
  it('finds the endpoints, and that the server does all that the client cannot do without', () =>
    pact.verify(
      {
        uponReceiving: 'a request for the metadata',
        withRequest: {
          method: 'GET',
          path: '/.well-known/oauth-authorization-server',
          headers: { accept: 'application/json' },
        },
        willRespondWith: {
          status: 200,
          body: {
            issuer: ISSUER,
            authorization_endpoint: endpoint('/authorize'),
            token_endpoint: endpoint('/token'),
            revocation_endpoint: endpoint('/revoke'),
            registration_endpoint: endpoint('/register'),
            scopes_supported: eachLike('notes:read'),
            code_challenge_methods_supported: arrayContaining('S256'),
            token_endpoint_auth_methods_supported: arrayContaining('client_secret_basic', 'private_key_jwt'),
            // Without it the client could not ask for `iss` in every response (RFC 9207 §2.4).
            authorization_response_iss_parameter_supported: true,
          },
        },
      },
      async (fetchFromMock) => {
        const found = await discoverAuthorizationServer(ISSUER, outbound(fetchFromMock));
        expect(found).toEqual({ ...metadata, scopes_supported: ['notes:read'] });
      },
    ));
}

const endpoint = (path: string) => regex(`^${ISSUER}/.+$`, ISSUER + path);
