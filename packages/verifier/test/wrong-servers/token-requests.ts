import { decodeJwt, decodeProtectedHeader } from 'jose';
import { unguessable } from '../../src/authorization-server/subject.ts';
import { type FrontRequest, FrontResponse, type Meddling } from '../support/front.ts';
import { reSigned } from '../support/re-signing.ts';
import type { WrongServer } from '../support/wrong-server.ts';

const isToken = ({ url }: FrontRequest): boolean => url.pathname === '/token';
const FORM = 'application/x-www-form-urlencoded';

/** A token that means nothing to anybody but who counts it. */
const aToken = (): FrontResponse => FrontResponse.json(200, { access_token: unguessable(), token_type: 'Bearer', expires_in: 600 });

/** Changes what a token response says. */
function answering(changes: Record<string, unknown>): Meddling {
  return {
    response: (response, request) => {
      if (isToken(request) && response.status === 200) response.change(changes);
    },
  };
}

/** Takes what is in the address for what is in the body. */
const readingAddresses: Meddling = {
  request: (request) => {
    if (!isToken(request) || request.url.search === '') return;
    for (const [name, value] of request.url.searchParams) request.parameters.set(name, value);
    request.method = 'POST';
    request.headers.set('content-type', FORM);
    request.url.search = '';
  },
};

/** Takes an assertion that it should not. */
function taking(isTaken: (assertion: string, address: string) => boolean): Meddling {
  return {
    request: ({ parameters }, { address }) => {
      const assertion = parameters.get('client_assertion');
      return assertion !== null && assertion.includes('.') && isTaken(assertion, address) ? aToken() : undefined;
    },
  };
}

/** Mistakes at the token endpoint and with client authentication. */
export const tokenRequests: WrongServer[] = [
  { name: 'does not say what kind of token it gives', breaks: ['AS-TOKEN-01'], mistake: () => answering({ token_type: undefined }) },
  { name: 'counts seconds in a string', breaks: ['AS-TOKEN-01'], mistake: () => answering({ expires_in: '600' }) },
  { name: 'gives tokens with characters of any kind', breaks: ['AS-TOKEN-06'], mistake: () => answering({ access_token: 'tökén 1' }) },
  {
    name: 'lets caches keep tokens',
    breaks: ['AS-GEN-02'],
    mistake: () => ({
      response: ({ headers }, request) => {
        if (isToken(request)) headers.delete('cache-control');
      },
    }),
  },
  {
    name: 'answers 200 to what it refuses',
    breaks: ['AS-CODE-02', 'AS-TOKEN-02', 'AS-TOKEN-04'],
    mistake: () => ({
      response: (response, request) => {
        if (isToken(request) && response.status === 400) response.status = 200;
      },
    }),
  },
  {
    name: 'answers errors with pages',
    breaks: ['AS-CODE-02', 'AS-TOKEN-02', 'AS-TOKEN-04'],
    mistake: () => ({
      response: ({ status }, request) =>
        isToken(request) && status === 400 ? new FrontResponse(400, { 'content-type': 'text/html' }, '<h1>Bad request</h1>') : undefined,
    }),
  },
  {
    name: 'repeats in its errors what it was told',
    breaks: ['AS-GEN-03'],
    mistake: () => ({
      response: (response, { parameters }) => {
        if (response.json?.['error'] !== undefined)
          response.change({ error_description: `No such grant: ${parameters.get('grant_type')}` });
      },
    }),
  },
  {
    name: 'still has the grant password',
    breaks: ['AS-TOKEN-02'],
    mistake: () => ({ request: ({ parameters }) => (parameters.get('grant_type') === 'password' ? aToken() : undefined) }),
  },
  {
    name: 'gives every client every grant',
    breaks: ['AS-TOKEN-03'],
    mistake: () => ({
      response: ({ json }) => (json?.['error'] === 'unauthorized_client' ? aToken() : undefined),
    }),
  },
  { name: 'takes token requests with GET', breaks: ['AS-GEN-14', 'AS-TOKEN-07'], mistake: () => readingAddresses },
  {
    name: 'takes token requests in JSON',
    breaks: ['AS-GEN-15'],
    mistake: () => ({
      request: (request) => {
        if (!isToken(request) || request.headers.get('content-type') !== 'application/json') return;
        request.headers.set('content-type', FORM);
        request.parameters = new URLSearchParams(JSON.parse(request.body) as Record<string, string>);
      },
    }),
  },
  { name: 'takes a secret from the address', breaks: ['AS-GEN-12'], mistake: () => readingAddresses },
  {
    name: 'never looks at secrets',
    breaks: ['AS-CAUTH-03', 'AS-CAUTH-06', 'AS-CAUTH-08'],
    mistake: (codes) => ({
      request: ({ parameters, headers }) => {
        const owner = codes.requestOf(parameters.get('code'))?.get('client_id');
        if (owner === undefined || owner === null) return;
        headers.set('authorization', codes.credentialsOf(owner));
        parameters.delete('client_id');
      },
    }),
  },
  {
    name: 'does not mind two ways of authentication',
    breaks: ['AS-CAUTH-05'],
    mistake: () => ({
      request: ({ parameters, headers }) => {
        if (headers.has('authorization')) parameters.delete('client_secret');
      },
    }),
  },
  {
    name: 'says which clients it knows',
    breaks: ['AS-CAUTH-08'],
    mistake: (codes) => ({
      response: (response, { headers }) => {
        const [id = ''] = atob(headers.get('authorization')?.split(' ')[1] ?? '').split(':');
        const isKnown = codes.credentialsOf(id) !== codes.credentialsOf('nobody').replace(btoa('nobody:'), btoa(`${id}:`));
        if (response.json?.['error'] === 'invalid_client' && !isKnown) response.change({ error_description: 'Unknown client.' });
      },
    }),
  },
  {
    name: 'does not ask for credentials after a wrong secret',
    breaks: ['AS-CAUTH-03'],
    mistake: () => ({ response: ({ headers }) => headers.delete('www-authenticate') }),
  },
  {
    name: 'takes unsigned assertions',
    breaks: ['AS-CAUTH-14'],
    mistake: () => taking((assertion) => decodeProtectedHeader(assertion).alg === 'none'),
  },
  {
    name: 'takes assertions that have ended',
    breaks: ['AS-CAUTH-14'],
    mistake: () => taking((assertion) => (decodeJwt(assertion).exp ?? Infinity) * 1000 < Date.now()),
  },
  {
    name: 'takes assertions for anybody',
    breaks: ['AS-CAUTH-11', 'AS-CAUTH-12', 'AS-CAUTH-13'],
    mistake: () => taking((assertion, address) => decodeJwt(assertion).aud !== address),
  },
  {
    name: 'takes an assertion as often as it comes',
    breaks: ['AS-CAUTH-16'],
    mistake: () => {
      const seen = new Set<string>();
      return taking((assertion) => seen.has(assertion) || !seen.add(assertion));
    },
  },
  {
    name: 'does not look at the resource',
    breaks: ['AS-RI-01', 'AS-RI-02'],
    mistake: () => ({
      request: ({ parameters }) => {
        if (parameters.has('resource')) parameters.set('resource', 'http://localhost:4001');
      },
    }),
  },
  {
    name: 'makes access tokens that could be anything',
    breaks: ['AS-AT-01'],
    mistake: () => reSigned(() => ({ header: { typ: 'JWT' } })),
  },
  {
    name: 'makes access tokens for nobody',
    breaks: ['AS-AT-02', 'AS-RI-02', 'AS-RI-03'],
    mistake: () => reSigned(() => ({ claims: { aud: undefined } })),
  },
  {
    name: 'does not say in its tokens which client has them',
    breaks: ['AS-AT-02'],
    mistake: () => reSigned(() => ({ claims: { client_id: undefined } })),
  },
  {
    name: 'makes access tokens for a year',
    breaks: ['AS-AT-05'],
    mistake: () => reSigned(({ iat }) => ({ claims: { exp: Number(iat) + 365 * 86_400 } })),
  },
];
