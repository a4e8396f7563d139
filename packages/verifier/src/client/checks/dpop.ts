import { decodeProtectedHeader, EmbeddedJWK, type JWTPayload, jwtVerify } from 'jose';
import { hash } from 'node:crypto';
import { failed, notApplicable, notTried, require } from '../../finding.ts';
import { clientCheck } from '../client-check.ts';
import type { Received } from '../played/played-server.ts';
import type { Client } from '../subject.ts';

/** Seconds that a clock may be off, on the machine of the client or on this one. */
const CLOCK_SKEW = 300;
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'];

/** Proofs of possession (RFC 9449). */
export const dpop = [
  clientCheck('C-DPOP-01', 'a proof for each request', async (client) => {
    const { tokenRequests, attempt } = await proving(client);
    const proofs = [await proofOf(tokenRequests[0])];
    const calls = await callsOf(client, attempt.visitor);
    for (const call of calls) {
      const proof = await proofOf(call);
      const [, scheme, token = ''] = /^(\S+)\s+(\S+)$/.exec(call.headers.get('authorization') ?? '') ?? [];
      require(scheme?.toLowerCase() === 'dpop', 'a token that is bound to a key is sent as a bearer token');
      require(proof.ath === hash('sha256', token, 'base64url'), 'a proof at the API is not for the token that it comes with (ath)');
      proofs.push(proof);
    }
    const ids = proofs.map(({ jti }) => jti);
    require(ids.every((id) => id !== undefined) && new Set(ids).size === ids.length, 'two proofs have the same jti, or none');
  }),
  clientCheck('C-DPOP-02', 'a nonce that the token endpoint wants', async (client) => {
    await proving(client);
    const { issuer } = client;
    const nonce = 'rolecall-nonce-1';
    issuer.play({
      token: async (request) => {
        if ((await proofOf(request))['nonce'] === nonce) return issuer.tokens()(request);
        return { status: 400, headers: { 'dpop-nonce': nonce }, json: { error: 'use_dpop_nonce' } };
      },
    });
    const { tokenRequests: requests } = await client.deliver(await client.begin());
    require(requests.length > 0 && requests.length <= 2, `${requests.length} token requests were made to get a nonce right`);
    require((await proofOf(requests.at(-1)))['nonce'] === nonce, 'the client does not try again with the nonce that it is told');
  }),
  clientCheck('C-DPOP-02', 'a nonce that the API wants', async (client) => {
    const { attempt } = await proving(client);
    const api = client.api ?? notTried('no API was played: say at which address the client expects one (resource)');
    const nonce = 'rolecall-nonce-2';
    api.play({
      api: async (request) => {
        if ((await proofOf(request))['nonce'] === nonce) return api.right(request);
        return { status: 401, headers: { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': nonce }, json: {} };
      },
    });
    const calls = await callsOf(client, attempt.visitor);
    require((await proofOf(calls.at(-1)))['nonce'] === nonce, 'the client does not try again with the nonce that it is told');
    const {
      tokenRequests: [request],
    } = await client.signIn();
    require((await proofOf(request))['nonce'] !== nonce, 'the nonce of the API was used at the token endpoint');
  }),
  clientCheck('C-DPOP-03', 'a proof names the address without query, and the public key alone', async (client) => {
    const { tokenRequests, attempt } = await proving(client);
    for (const request of [...tokenRequests, ...(client.api ? await callsOf(client, attempt.visitor) : [])]) {
      const proof = await proofOf(request);
      const { jwk } = decodeProtectedHeader(request.headers.get('dpop') ?? '');
      require(!String(proof['htu']).match(/[?#]/), 'a proof names the address with its query or fragment');
      require(!PRIVATE_MEMBERS.some((member) => Object.hasOwn(jwk ?? {}, member)), 'a proof has the private key');
    }
  }),
  clientCheck('C-DPOP-04', 'a bearer token in answer to a proof', async (client) => {
    await proving(client);
    client.issuer.play({ token: client.issuer.tokens({ members: { token_type: 'Bearer' } }) });
    const attempt = await client.begin();
    const { visit } = await client.deliver(attempt);
    const calls = client.api?.received('api') ?? [];
    require(!calls.some(({ headers }) =>
      /^bearer /i.test(headers.get('authorization') ?? ''),
    ), 'a bearer token was used although a proof had been sent');
    require(!(await client.isSignedIn(attempt.visitor, visit)), 'a bearer token was taken although a proof had been sent');
  }),
];

/** A sign-in with proofs. @throws Finding (`not applicable`) where the client makes none. */
async function proving(client: Client) {
  const signedIn = await client.signIn();
  if (!signedIn.tokenRequests[0]?.headers.has('dpop')) notApplicable('the client sends no proofs');
  return signedIn;
}

async function callsOf(client: Client, visitor: Parameters<Client['callApi']>[0]): Promise<Received[]> {
  await client.callApi(visitor);
  return client.api?.received('api').filter(({ headers }) => headers.has('authorization')) ?? [];
}

/** RFC 9449 §4.3, as far as the one who gets it can tell. @throws Finding (`failed`) where it is wrong. */
async function proofOf(request: Received | undefined): Promise<JWTPayload> {
  const proof = request?.headers.get('dpop');
  if (request === undefined || proof === null || proof === undefined) return failed('a request comes without proof');
  const { payload } = await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt' }).catch((error: Error) =>
    failed(`a proof is not right: ${error.message}`),
  );
  require(payload['htm'] === request.method, 'a proof is for another method (htm)');
  require(String(payload['htu']).split(/[?#]/, 1)[0] ===
    `${request.url.origin}${request.url.pathname}`, 'a proof is for another address (htu)');
  require(payload.iat !== undefined && Math.abs(payload.iat - Date.now() / 1000) < CLOCK_SKEW, 'a proof is not of now (iat)');
  return payload;
}
