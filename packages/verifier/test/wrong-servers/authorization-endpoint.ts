import { randomInt } from 'node:crypto';
import { challengeOf, unguessable } from '../../src/authorization-server/subject.ts';
import { type FrontRequest, FrontResponse, type Meddling } from '../support/front.ts';
import type { WrongServer } from '../support/wrong-server.ts';

const REGISTERED = 'https://verifier.example/callback';

const isAuthorization = ({ parameters, url }: FrontRequest): boolean => url.pathname === '/authorize' && parameters.has('client_id');

/** Takes a redirect URI for the registered one, and leads to it. */
function mistaking(isTaken: (uri: string) => boolean): Meddling {
  const wanted = new Map<string, string>();
  return {
    request: (request) => {
      const uri = request.parameters.get('redirect_uri');
      if (uri === null || uri === REGISTERED || !isTaken(uri)) return;
      if (isAuthorization(request)) wanted.set(request.parameters.get('state') ?? '', uri);
      request.parameters.set('redirect_uri', REGISTERED);
    },
    response: (response) => {
      const { location } = response;
      const uri = wanted.get(location?.searchParams.get('state') ?? '');
      if (location && uri !== undefined) response.headers.set('location', `${uri}${location.search}`);
    },
  };
}

/** Changes what is added to the redirect URI. */
function responding(change: (parameters: URLSearchParams) => void): Meddling {
  return {
    response: (response) => {
      const { location } = response;
      if (location === undefined || !location.href.startsWith(REGISTERED)) return;
      change(location.searchParams);
      response.location = location;
    },
  };
}

/** Changes an authorization request before anything is made of it. */
function reading(change: (parameters: URLSearchParams) => void): Meddling {
  return {
    request: (request) => {
      if (isAuthorization(request)) change(request.parameters);
    },
  };
}

/** Mistakes at the authorization endpoint. */
export const authorizationEndpoint: WrongServer[] = [
  {
    name: 'compares the beginning of redirect URIs',
    breaks: ['AS-AUTHZ-03'],
    mistake: () => mistaking((uri) => uri.startsWith(REGISTERED)),
  },
  {
    name: 'compares redirect URIs in any letter case',
    breaks: ['AS-AUTHZ-03'],
    mistake: () => mistaking((uri) => uri.toLowerCase() === REGISTERED),
  },
  {
    name: 'takes any subdomain for the registered host',
    breaks: ['AS-AUTHZ-03'],
    mistake: () => mistaking((uri) => new URL(uri).hostname.endsWith('.verifier.example')),
  },
  {
    name: 'takes any port for the registered one',
    breaks: ['AS-AUTHZ-03'],
    mistake: () => mistaking((uri) => new URL(uri).hostname === 'verifier.example' && new URL(uri).port !== ''),
  },
  {
    name: 'tells addresses that nobody has registered of errors',
    breaks: ['AS-AUTHZ-02', 'AS-AUTHZ-03'],
    mistake: () => ({
      response: ({ status }, request) => {
        const uri = request.parameters.get('redirect_uri');
        if (status !== 400 || !isAuthorization(request) || uri === null) return;
        return new FrontResponse(302, { location: `${uri}?error=invalid_request` });
      },
    }),
  },
  {
    name: 'leads strangers to clients that have just registered',
    breaks: ['AS-AUTHZ-24'],
    mistake: () => ({
      response: ({ status }, { parameters }) =>
        status === 400 && parameters.get('redirect_uri') === REGISTERED
          ? new FrontResponse(302, { location: `${REGISTERED}?error=unsupported_response_type` })
          : undefined,
    }),
  },
  {
    name: 'takes an unknown client for one that it knows',
    breaks: ['AS-AUTHZ-02'],
    mistake: () => {
      let known: string | undefined;
      return reading((parameters) => {
        known ??= parameters.get('client_id') ?? undefined;
        if (known !== undefined) parameters.set('client_id', known);
      });
    },
  },
  {
    name: 'gives tokens in the fragment',
    breaks: ['AS-AUTHZ-08'],
    mistake: () => ({
      request: ({ parameters }) =>
        parameters.get('response_type') === 'token'
          ? new FrontResponse(302, { location: `${REGISTERED}#access_token=${unguessable()}&token_type=Bearer` })
          : undefined,
    }),
  },
  {
    name: 'lets public clients do without PKCE',
    breaks: ['AS-AUTHZ-09'],
    mistake: () =>
      reading((parameters) => {
        if (parameters.has('code_challenge')) return;
        parameters.set('code_challenge', challengeOf(unguessable()));
        parameters.set('code_challenge_method', 'S256');
      }),
  },
  {
    name: 'takes the challenge method plain',
    breaks: ['AS-AUTHZ-10'],
    mistake: () =>
      reading((parameters) => {
        const method = parameters.get('code_challenge_method') ?? 'plain';
        if (method !== 'plain') return;
        parameters.set('code_challenge', challengeOf(parameters.get('code_challenge') ?? ''));
        parameters.set('code_challenge_method', 'S256');
      }),
  },
  {
    name: 'says nothing of scopes that it does not know',
    breaks: ['AS-AUTHZ-12'],
    mistake: () => ({
      request: ({ parameters }) => {
        const scopes = parameters.get('scope')?.split(' ');
        if (scopes) parameters.set('scope', scopes.filter((scope) => scope.startsWith('notes:')).join(' '));
      },
      response: (response, { url }) => {
        if (url.pathname === '/token' && response.status === 200) response.change({ scope: undefined });
      },
    }),
  },
  {
    name: 'cuts the state off',
    breaks: ['AS-AUTHZ-14'],
    mistake: () =>
      responding((parameters) => parameters.has('state') && parameters.set('state', parameters.get('state')?.slice(0, 255) ?? '')),
  },
  {
    name: 'loses the state when something is wrong',
    breaks: ['AS-AUTHZ-14'],
    mistake: () => responding((parameters) => parameters.has('error') && parameters.delete('state')),
  },
  {
    name: 'invents a state where there was none',
    breaks: ['AS-AUTHZ-14', 'AS-GEN-06'],
    mistake: () => responding((parameters) => parameters.has('state') || parameters.set('state', 'undefined')),
  },
  {
    name: 'promises iss and does not say it',
    breaks: ['AS-AUTHZ-15'],
    also: ['AS-AUTHZ-01'],
    mistake: () => responding((parameters) => parameters.delete('iss')),
  },
  {
    name: 'says iss only where all is well',
    breaks: ['AS-AUTHZ-15'],
    mistake: () => responding((parameters) => parameters.has('error') && parameters.delete('iss')),
  },
  {
    name: 'says another iss than its own',
    breaks: ['AS-AUTHZ-15'],
    mistake: () => responding((parameters) => parameters.set('iss', `${parameters.get('iss')}/`)),
  },
  {
    name: 'takes a no for a yes',
    breaks: ['AS-AUTHZ-16'],
    mistake: () => ({
      request: ({ parameters }) => {
        if (parameters.get('decision') === 'deny') parameters.set('decision', 'approve');
      },
    }),
  },
  {
    name: 'makes codes of six digits',
    breaks: ['AS-AUTHZ-26'],
    mistake: () => {
      const codes = new Map<string, string>();
      return {
        request: ({ parameters }) => {
          const code = codes.get(parameters.get('code') ?? '');
          if (code !== undefined) parameters.set('code', code);
        },
        ...responding((parameters) => {
          const code = parameters.get('code');
          if (code === null) return;
          const short = String(randomInt(100_000, 1_000_000));
          codes.set(short, code);
          parameters.set('code', short);
        }),
      };
    },
  },
  {
    name: 'takes the first where a parameter comes twice',
    breaks: ['AS-GEN-05'],
    mistake: () => ({
      request: ({ parameters }) => {
        for (const name of new Set(parameters.keys())) parameters.set(name, parameters.get(name) ?? '');
      },
    }),
  },
  {
    name: 'refuses what it does not know',
    breaks: ['AS-GEN-04'],
    mistake: () => ({
      request: ({ parameters }) => (parameters.has('rolecall_unknown') ? FrontResponse.json(400, { error: 'invalid_request' }) : undefined),
    }),
  },
];
