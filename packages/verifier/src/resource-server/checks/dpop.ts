import { exportJWK, generateKeyPair } from 'jose';
import { challengeParameter, challengesOf } from '../../challenge.ts';
import { check } from '../../check.ts';
import { failed, notApplicable, notTried, require } from '../../finding.ts';
import type { ProofChanges } from '../../proof.ts';
import { type Attempt, isOpen, mustRefuse, type ResourceServer } from '../subject.ts';
import type { Token } from '../tokens/tokens.ts';

const now = (): number => Math.floor(Date.now() / 1000);

/** A token that is bound to a new key, and shown to work. */
async function boundToken(server: ResourceServer): Promise<Token & { key: NonNullable<Token['key']> }> {
  const key = await server.proofKey();
  const token = await server.tokens.boundTo(key);
  await server.works({ token });
  return { ...token, key };
}

const wrongProofs = async (token: Token & { key: NonNullable<Token['key']> }): Promise<Record<string, ProofChanges>> => {
  const { privateKey: signer } = await generateKeyPair(token.key.algorithm, { extractable: true });
  const privateJwk = await exportJWK(token.key.privateKey);
  return {
    'a proof for another method': { claims: { htm: 'PATCH' } },
    'a proof for another address': { claims: { htu: 'https://another.example/api' } },
    'a proof for another path': { claims: { htu: 'http://localhost:1/elsewhere' } },
    'a proof without a method': { claims: { htm: undefined } },
    'a proof without an address': { claims: { htu: undefined } },
    'a proof without a time': { claims: { iat: undefined } },
    'a proof without a name (jti)': { claims: { jti: undefined } },
    'a proof without the token’s hash': { claims: { ath: undefined } },
    'a proof for another token': { claims: { ath: Buffer.alloc(32, 7).toString('base64url') } },
    'a proof of another type': { header: { typ: 'JWT' } },
    'a proof without a type': { header: { typ: undefined } },
    'a proof without its key': { header: { jwk: undefined } },
    'a proof that holds a private key': { header: { jwk: privateJwk } },
    'a proof that another key has signed': { signer },
  };
};

/** Tokens that are bound to a key (RFC 9449). */
export const dpop = [
  check<ResourceServer>('RS-DPOP-01', 'a bound token with a proof, and the scheme in any letter case', async (server) => {
    const key = await server.proofKey();
    const token = await server.tokens.boundTo(key);
    for (const scheme of ['DPoP', 'dpop', 'DPOP']) {
      const answer = await server.call({ token, scheme });
      require(isOpen(
        answer,
      ), `a bound token with a proof, under the scheme written ${scheme}, does not open ${answer.to}: it answered ${answer.status}`);
    }
  }),
  check<ResourceServer>('RS-DPOP-02', 'proofs that are missing, doubled or unreadable', async (server) => {
    const token = await boundToken(server);
    const proof = await server.proof(token);
    const [header, claims] = proof.split('.');
    const unsigned = Buffer.from(JSON.stringify({ typ: 'dpop+jwt', alg: 'none', jwk: token.key.publicJwk })).toString('base64url');
    const attempts: Attempt[] = [
      { what: 'a bound token without a proof', call: { token, proof: 'none' } },
      { what: 'a bound token with two proofs', call: { token, headers: { dpop: [proof, await server.proof(token)] } } },
      { what: 'a proof that is no JWT', call: { token, headers: { dpop: 'proof' } } },
      { what: 'a proof without a signature', call: { token, headers: { dpop: `${header}.${claims}.` } } },
      { what: 'an unsigned proof', call: { token, headers: { dpop: `${unsigned}.${claims}.` } } },
    ];
    await server.refuses('RS-DPOP-02', attempts, { token });
  }),
  check<ResourceServer>('RS-DPOP-02', 'proofs that are wrong in one part', async (server) => {
    const token = await boundToken(server);
    const attempts = Object.entries(await wrongProofs(token)).map(([what, proof]) => ({ what, call: { token, proof } }));
    await server.refuses('RS-DPOP-02', attempts, { token });
  }),
  check<ResourceServer>('RS-DPOP-02', 'proofs of another time', async (server) => {
    const token = await boundToken(server);
    const answer = await server.call({ token, proof: { claims: { nonce: undefined } } });
    if (!isOpen(answer)) notApplicable('its nonces say of when a proof is, as they may (RFC 9449 §4.3)');
    const times = { 'a proof of an hour ago': now() - 3_600, 'a proof of the next hour': now() + 3_600 };
    const attempts = Object.entries(times).map(([what, iat]) => ({ what, call: { token, proof: { claims: { iat } } } }));
    await server.refuses('RS-DPOP-02', attempts, { token });
  }),
  check<ResourceServer>('RS-DPOP-03', 'a proof of another key', async (server) => {
    const token = await boundToken(server);
    const call = { token, proofKey: await server.proofKey() };
    await server.refuses('RS-DPOP-03', [{ what: 'a good proof of another key', call }], { token });
  }),
  check<ResourceServer>('RS-DPOP-04', 'a bound token as a bearer token', async (server) => {
    const token = await boundToken(server);
    for (const [what, call] of Object.entries({
      'a bound token as a bearer token': { token, scheme: 'Bearer', proof: 'none' as const },
      'a bound token as a bearer token, with a proof': { token, scheme: 'Bearer', proof: {} },
    }))
      mustRefuse(await server.call(call), 'RS-DPOP-04', what);
  }),
  check<ResourceServer>('RS-DPOP-05', 'a bearer token under the scheme DPoP', async (server) => {
    const key = await server.proofKey();
    if (server.metadata?.dpop_bound_access_tokens_required) notApplicable('it takes no bearer tokens');
    const token = await server.tokens.right();
    const attempt = { what: 'a bearer token under the scheme DPoP, with a proof', call: { token: { ...token, key }, scheme: 'DPoP' } };
    await server.refuses('RS-DPOP-05', [attempt], { token });
  }),
  check<ResourceServer>('RS-DPOP-06', 'what the Host header says', async (server) => {
    const token = await boundToken(server);
    const { pathname, protocol } = new URL(server.operation.url);
    const host = 'another.example';
    const answer = await server.call({ token, headers: { host }, proof: { claims: { htu: `${protocol}//${host}${pathname}` } } });
    require(!isOpen(answer), 'a proof for another host opened it, because the Host header said the same');
  }),
  check<ResourceServer>('RS-DPOP-06', 'an address with a query', async (server) => {
    const token = await boundToken(server);
    const url = new URL(server.operation.url);
    url.searchParams.set('rolecall', 'verifier');
    const answer = await server.call({ token, operation: { ...server.operation, url: url.href } });
    // Whatever it thinks of the query: the proof is right.
    require(answer.status !== 401, 'a proof without the query of the address was refused');
  }),
  check<ResourceServer>('RS-DPOP-07', 'a proof a second time', async (server) => {
    const token = await boundToken(server);
    const call = { token, headers: { dpop: await server.proof(token) } };
    const first = await server.call(call);
    if (!isOpen(first)) notTried(`a proof was not accepted the first time: ${first.status}`);
    mustRefuse(await server.call(call), 'RS-DPOP-07', 'a proof that was used before', 'DPoP');
  }),
  check<ResourceServer>('RS-DPOP-08', 'nonces', async (server) => {
    const token = await boundToken(server);
    const answer = await server.call({ token, proof: { claims: { nonce: undefined } } });
    if (isOpen(answer)) notApplicable('it asks for no nonces');
    require(challengeParameter(answer, 'error', 'DPoP') === 'use_dpop_nonce', 'a proof without a nonce was refused, and not for that');
    const nonce = answer.headers.get('dpop-nonce');
    if (nonce === null) return failed('it asks for a nonce and sends none');
    const told = await server.call({ token, proof: { claims: { nonce } } });
    require(isOpen(told), `a proof with the nonce that it sent was answered with ${told.status}`);
    const foreign = await server.call({ token, proof: { claims: { nonce: 'a-nonce-of-another-server' } } });
    require(!isOpen(foreign), 'a proof with somebody else’s nonce opened it');
    require(challengeParameter(foreign, 'error', 'DPoP') ===
      'use_dpop_nonce', 'a proof with somebody else’s nonce was not answered with a new one');
  }),
  check<ResourceServer>('RS-DPOP-09', 'which schemes are offered', async (server) => {
    await server.proofKey();
    const answer = await server.call({});
    const schemes = challengesOf(answer)?.map(({ scheme }) => scheme.toLowerCase()) ?? [];
    require(schemes.includes('dpop'), 'a request without credentials does not learn that DPoP is spoken');
    if (server.metadata?.dpop_bound_access_tokens_required !== true)
      require(schemes.includes('bearer'), 'a request without credentials does not learn that Bearer is spoken');
  }),
  check<ResourceServer>('RS-DPOP-10', 'unknown members and ten seconds', async (server) => {
    const token = await boundToken(server);
    for (const [what, claims] of Object.entries({
      'a proof with a member that nobody knows': { rolecall: 'verifier' },
      'a proof of ten seconds ago': { iat: now() - 10 },
    })) {
      const answer = await server.call({ token, proof: { claims } });
      require(isOpen(answer), `${what} was answered with ${answer.status}`);
    }
  }),
  check<ResourceServer>('RS-DPOP-11', 'the key in an introspection response', async (server) => {
    const issuer = server.played('an introspection response with a key');
    const key = await server.proofKey();
    const before = issuer.asked('introspection');
    const token = { ...(await server.tokens.opaque({ token_type: 'DPoP', cnf: { jkt: key.thumbprint } })), key };
    const answer = await server.call({ token });
    if (issuer.asked('introspection') === before) notApplicable('it asks nobody about a token that it cannot read');
    require(isOpen(answer), `an opaque token with a proof of its key does not open ${answer.to}: it answered ${answer.status}`);
    mustRefuse(
      await server.call({ token, proofKey: await server.proofKey() }),
      'RS-DPOP-11',
      'an opaque token with a proof of another key',
      'DPoP',
    );
    const bearer = await server.call({ token, scheme: 'Bearer', proof: 'none' });
    require(!isOpen(bearer), 'an opaque token that is bound to a key is a bearer token for it');
  }),
  check<ResourceServer>('RS-DPOP-12', 'a token that is not bound', async (server) => {
    if (server.metadata?.dpop_bound_access_tokens_required !== true) notApplicable('its metadata does not say that tokens must be bound');
    const token = await server.tokens.right();
    await server.works({ token });
    if (server.tokens.played === undefined)
      notTried('a token that is not bound can only be had where the verifier plays the issuer (playIssuer)');
    const unbound: Token = { text: (await server.tokens.signed({ claims: { cnf: undefined } })).text };
    const answer = await server.call({ token: unbound });
    require(!isOpen(answer), 'a token that is not bound opened it, and its metadata says that tokens must be');
    require(answer.status === 401, `a token that is not bound was answered with ${answer.status}`);
  }),
];
