import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { type Proofs, proving, rightProofs } from './proving.ts';
import { rightSteps, type Steps } from './steps.ts';

export interface WrongClient {
  name: string;
  breaks: Partial<Steps>;
  /** The requirements that it does not meet. */
  found: string[];
}

const { requestTokens } = rightSteps;
let attempts = 1_000;

/** Clients that are right but for one step, and what is found at them. */
export const wrongClients: WrongClient[] = [
  {
    name: 'neither PKCE nor nonce',
    breaks: { challenge: () => ({ nonce: undefined }), isOwnNonce: () => true },
    found: ['C-REQ-01', 'C-REQ-09'],
  },
  {
    name: 'the challenge is the verifier itself',
    breaks: { challenge: (verifier) => ({ code_challenge: verifier, code_challenge_method: 'plain' }) },
    found: ['C-REQ-01'],
  },
  { name: 'S256 is not said', breaks: { challenge: (verifier) => ({ code_challenge: verifier }) }, found: ['C-REQ-01'] },
  { name: 'the state is always the same', breaks: { state: () => 'the-state-of-this-application' }, found: ['C-REQ-02'] },
  { name: 'the state counts', breaks: { state: () => String((attempts += 1)) }, found: ['C-REQ-02'] },
  {
    name: 'the state is not looked at',
    breaks: { takeAttempt: (own) => [...own.attempts.values()].at(-1) },
    found: ['C-CB-01'],
  },
  {
    name: 'the state is another browser’s',
    breaks: {
      takeAttempt: (_own, state, all) => {
        const whose = [...all.values()].find(({ attempts: known }) => known.has(state));
        const attempt = whose?.attempts.get(state);
        whose?.attempts.delete(state);
        return attempt;
      },
    },
    found: ['C-CB-01', 'C-REQ-02'],
  },
  {
    name: 'a state can be used again',
    breaks: { takeAttempt: (own, state) => own.attempts.get(state), sessionAfter: (sid) => ({ sid }) },
    found: ['C-CB-01'],
  },
  { name: 'the issuer is not looked at', breaks: { isFromIssuer: () => true }, found: ['C-CB-02', 'C-CB-03'] },
  { name: 'the issuer may be missing', breaks: { isFromIssuer: (iss, issuer) => iss === null || iss === issuer }, found: ['C-CB-02'] },
  {
    name: 'the issuer is compared as an address',
    breaks: { isFromIssuer: (iss, issuer) => iss !== null && URL.canParse(iss) && new URL(iss).href === new URL(issuer).href },
    found: ['C-CB-03'],
  },
  {
    name: 'the first of several parameters counts',
    breaks: {
      readCallback: (parameters) => ({
        state: parameters.get('state') ?? '',
        code: parameters.get('code'),
        error: parameters.get('error'),
      }),
    },
    found: ['C-CB-04'],
  },
  {
    name: 'a code is redeemed although there is an error',
    breaks: {
      readCallback: (parameters) => {
        const code = parameters.get('code');
        return { state: parameters.get('state') ?? '', code, error: code === null ? parameters.get('error') : null };
      },
    },
    found: ['C-CB-04'],
  },
  {
    name: 'what an error says is a part of the page',
    breaks: { errorPage: (_error, parameters) => ({ status: 400, body: `<p>${parameters.get('error_description')}` }) },
    found: ['C-CB-05'],
  },
  {
    name: 'an error is not foreseen',
    breaks: {
      errorPage: (error) => {
        throw new Error(error);
      },
    },
    found: ['C-CB-05'],
  },
  {
    name: 'the code is on the page about its refusal',
    breaks: { refusedPage: (code) => ({ status: 502, body: `<p>${code} was refused.` }) },
    found: ['C-CB-07'],
  },
  {
    name: 'the code stays in the address',
    breaks: { afterSignIn: (_session, parameters) => ({ location: `/?${parameters}` }) },
    found: ['C-CB-07'],
  },
  {
    name: 'parameters say where to go',
    breaks: { afterSignIn: (_session, parameters) => ({ location: parameters.get('return_to') ?? '/' }) },
    found: ['C-CB-08'],
  },
  { name: 'an answer is taken at any address', breaks: { isRedirectUri: () => true }, found: ['C-REQ-05'] },
  { name: 'the token is in an address', breaks: { afterSignIn: ({ access }) => ({ location: `/?token=${access}` }) }, found: ['C-BFF-01'] },
  {
    name: 'the token is in a cookie',
    breaks: { afterSignIn: ({ access }) => ({ location: '/', attributes: `HttpOnly; Path=/; Comment=${access}` }) },
    found: ['C-BFF-01'],
  },
  {
    name: 'scripts can read the session cookie',
    breaks: { sessionAfter: () => ({ sid: rightSteps.state(), attributes: 'Path=/; SameSite=Lax' }) },
    found: ['C-BFF-02'],
  },
  { name: 'the session is the one of before the sign-in', breaks: { sessionAfter: (sid) => ({ sid }) }, found: ['C-BFF-02'] },
  {
    name: 'any site can log somebody out',
    breaks: { mayLogOut: () => true, sessionAfter: () => ({ sid: rightSteps.state(), attributes: 'HttpOnly; Path=/; SameSite=None' }) },
    found: ['C-BFF-03'],
  },
  {
    name: 'redirects of the token endpoint are followed',
    breaks: { requestTokens: ({ url, headers, body }) => fetch(url, { method: 'POST', headers, body, redirect: 'follow' }) },
    found: ['C-TOK-01'],
  },
  {
    name: 'a code that is refused is sent again',
    breaks: { requestTokens: async (request) => ((await requestTokens(request)).ok ? requestTokens(request) : requestTokens(request)) },
    found: ['C-TOK-01'],
  },
  {
    name: 'two ways of authentication at once',
    breaks: {
      requestTokens: ({ url, headers, body }) => {
        body.set('client_secret', 'a+secret:with/characters&more%');
        return requestTokens({ url, headers, body });
      },
    },
    found: ['C-TOK-01'],
  },
  {
    name: 'the secret is not encoded',
    breaks: {
      requestTokens: ({ url, body }) =>
        requestTokens({ url, body, headers: { authorization: `Basic ${btoa('small-client:a+secret:with/characters&more%')}` } }),
    },
    found: ['C-TOK-02'],
  },
  {
    name: 'a token of any type is used',
    breaks: { isTokenResponse: ({ status }, { access_token: token }) => status === 200 && typeof token === 'string' },
    found: ['C-TOK-04'],
  },
  {
    name: 'only one spelling of the type is known',
    breaks: { isTokenResponse: ({ status }, { token_type: type }) => status === 200 && type === 'Bearer' },
    found: ['C-TOK-04'],
  },
  {
    name: 'the access token is read',
    breaks: {
      isTokenResponse: (response, answer) => rightSteps.isTokenResponse(response, answer) && !isExpired(String(answer['access_token'])),
    },
    found: ['C-TOK-06'],
  },
  {
    name: 'whatever comes is a token response',
    breaks: { isTokenResponse: () => true, verifyIdToken: async () => ({ sub: 'somebody' }), isOwnNonce: () => true },
    found: ['C-TOK-13'],
  },
  {
    name: 'a silent token endpoint is waited for',
    breaks: { requestTokens: ({ url, headers, body }) => fetch(url, { method: 'POST', headers, body, redirect: 'manual' }) },
    found: ['C-TOK-14'],
  },
  {
    name: 'the old refresh token is kept',
    breaks: { keptRefreshToken: (old, { refresh_token: fresh }) => old ?? (fresh as string) },
    found: ['C-TOK-07'],
  },
  {
    name: 'the token goes in the address of the API',
    breaks: { callApi: (url, access) => fetch(`${url}?access_token=${access}`, { headers: { authorization: `Bearer ${access}` } }) },
    found: ['C-API-01'],
  },
  {
    name: 'the token goes wherever the API redirects',
    breaks: {
      callApi: async (url, access) => {
        const headers = { authorization: `Bearer ${access}` };
        const response = await fetch(url, { headers, redirect: 'manual' });
        const location = response.headers.get('location');
        return location === null ? response : fetch(location, { headers });
      },
    },
    found: ['C-API-06'],
  },
  {
    name: 'an API that refuses is asked again and again',
    breaks: {
      callApi: async (url, access) => {
        let response = await rightSteps.callApi(url, access);
        for (let calls = 0; calls < 20 && response.status === 401; calls += 1) response = await rightSteps.callApi(url, access);
        return response;
      },
    },
    found: ['C-API-02'],
  },
  { name: 'the nonce is not looked at', breaks: { isOwnNonce: () => true }, found: ['C-OIDC-01'] },
  {
    name: 'ID tokens are read and not verified, though the keys are fetched',
    breaks: {
      verifyIdToken: async (token, { metadata }) => {
        await fetch(metadata.jwks_uri);
        return decodeJwt(token);
      },
    },
    found: ['C-OIDC-01'],
  },
  {
    name: 'an ID token may be for another client',
    breaks: {
      verifyIdToken: async (token, { issuer, metadata }) =>
        (await jwtVerify(token, createRemoteJWKSet(new URL(metadata.jwks_uri)), { issuer })).payload,
    },
    found: ['C-OIDC-01'],
  },
  {
    name: 'logout tokens are read and not verified',
    breaks: { verifyLogoutToken: async (token) => decodeJwt(token) },
    found: ['C-OIDC-07'],
  },
  {
    name: 'a right logout token is refused',
    breaks: {
      verifyLogoutToken: async () => {
        throw new Error('never');
      },
    },
    found: ['C-OIDC-06'],
  },
  { name: 'the API’s metadata may be about another one', breaks: { isResourceMetadata: () => true }, found: ['C-DISC-02'] },
  { name: 'metadata may name another issuer', breaks: { isMetadata: () => true }, found: ['C-DISC-04'] },
];

const withProofs = (name: string, breaks: Partial<Proofs>, found: string[]): WrongClient => ({
  name,
  breaks: proving({ ...rightProofs, ...breaks }),
  found,
});

/** Clients that bind their tokens to a key, and are right but for one thing. */
export const wrongProofs: WrongClient[] = [
  withProofs('proofs have one id', { id: () => 'the-id-of-all-proofs' }, ['C-DPOP-01']),
  withProofs('proofs at the API are for no token', { tokenHash: () => undefined }, ['C-DPOP-01']),
  withProofs('proofs are for another method', { method: () => 'PUT' }, ['C-DPOP-01']),
  withProofs('a bound token is sent as a bearer token', { scheme: 'Bearer' }, ['C-DPOP-01']),
  withProofs('nonces are not looked at', { keepsNonces: 'never' }, ['C-DPOP-02']),
  withProofs('a nonce goes to all origins', { keepsNonces: 'together' }, ['C-DPOP-02']),
  withProofs('proofs name the query', { address: (url) => `${url}?of=this` }, ['C-DPOP-03']),
  withProofs('proofs have the private key', { showsPrivateKey: true }, ['C-DPOP-03']),
  withProofs('bearer tokens are taken instead', { takesBearer: true }, ['C-DPOP-04']),
];

function isExpired(token: string): boolean {
  try {
    return (decodeJwt(token).exp ?? Infinity) < Date.now() / 1000;
  } catch {
    return false;
  }
}
