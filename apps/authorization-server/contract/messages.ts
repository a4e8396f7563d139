import { INTROSPECTION_JWT_TYPE } from '@rolecall/contracts/introspection';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { postToken } from '../test/support/flow.ts';
import type { TestServer } from '../test/support/test-server.ts';

/** As whom a resource server asks in contracts (`client registered` comes before). */
const RESOURCE_SERVER = `Basic ${Buffer.from('resource-server:a%2Bsecret%2Ffor+contracts').toString('base64')}`;

/** What is inside of what this server signs, by the descriptions of contracts. @param accessToken the one that was issued last. */
export function createMessages(server: TestServer, accessToken: () => string): Record<string, () => Promise<unknown>> {
  return {
    'an access token': async () => decode(accessToken()),
    'an access token by a new key, and the published key that it names': async () => {
      const token = decode(accessToken());
      const { keys } = (await server.app.inject('/jwks')).json<{ keys: { kid: string }[] }>();
      return { ...token, key: keys.find(({ kid }) => kid === token.header.kid) };
    },
    'a signed answer about a token': async () => {
      const headers = { authorization: RESOURCE_SERVER, accept: `application/${INTROSPECTION_JWT_TYPE}` };
      return decode((await postToken(server, { token: accessToken() }, headers, '/introspect')).body);
    },
    'the feed of revocations': async () => decode((await server.app.inject('/revocations')).body),
  };
}

const decode = (jwt: string) => ({ header: decodeProtectedHeader(jwt), payload: decodeJwt(jwt) });
