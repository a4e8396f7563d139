import { type FrontRequest, FrontResponse } from '../support/front.ts';
import type { WrongServer } from '../support/wrong-server.ts';

const isAt = (path: string, { method, url }: FrontRequest): boolean => method === 'POST' && url.pathname === path;

/** Mistakes with introspection. */
export const introspection: WrongServer[] = [
  {
    name: 'calls every token active',
    breaks: ['AS-INTRO-03', 'AS-INTRO-04', 'AS-INTRO-07'],
    mistake: () => ({
      response: (response, request) => {
        if (isAt('/introspect', request) && response.json?.['active'] === false) response.change({ active: true });
      },
    }),
  },
  {
    name: 'says why a token is not active',
    breaks: ['AS-INTRO-07'],
    mistake: () => ({
      response: (response, request) => {
        if (isAt('/introspect', request) && response.json?.['active'] === false) response.change({ reason: 'revoked' });
      },
    }),
  },
  {
    name: 'lets anybody introspect',
    breaks: ['AS-INTRO-02'],
    mistake: () => {
      let somebody = '';
      return {
        request: (request) => {
          if (!isAt('/introspect', request)) return;
          somebody = request.headers.get('authorization') ?? somebody;
          request.headers.set('authorization', somebody);
        },
      };
    },
  },
  {
    name: 'believes the hint about a token',
    breaks: ['AS-INTRO-05'],
    mistake: () => ({
      request: (request) =>
        isAt('/introspect', request) && request.parameters.get('token_type_hint') === 'refresh_token'
          ? FrontResponse.json(200, { active: false })
          : undefined,
    }),
  },
  {
    name: 'announces JWT introspection and answers with JSON',
    breaks: ['AS-JINT-01'],
    mistake: () => ({
      request: (request) => {
        if (isAt('/introspect', request)) request.headers.set('accept', 'application/json');
      },
    }),
  },
];

/** Mistakes with revocation. */
export const revocation: WrongServer[] = [
  {
    name: 'says that a token is revoked and leaves it alive',
    breaks: ['AS-REV-01', 'AS-REV-05', 'AS-REV-07', 'AS-RT-07'],
    mistake: () => ({
      request: (request) => (isAt('/revoke', request) ? new FrontResponse(200) : undefined),
    }),
  },
  {
    name: 'answers with an error when an unknown token is revoked',
    breaks: ['AS-REV-02'],
    mistake: () => {
      const known = new Set<unknown>();
      return {
        request: (request) =>
          isAt('/revoke', request) && !known.has(request.parameters.get('token'))
            ? FrontResponse.json(400, { error: 'invalid_request' })
            : undefined,
        response: ({ json }) => {
          known.add(json?.['access_token']).add(json?.['refresh_token']);
        },
      };
    },
  },
  {
    name: 'lets any client revoke any token',
    breaks: ['AS-REV-04'],
    mistake: () => {
      const owners = new Map<unknown, string>();
      return {
        request: (request) => {
          const owner = owners.get(request.parameters.get('token'));
          if (owner !== undefined && isAt('/revoke', request)) request.headers.set('authorization', owner);
        },
        response: ({ json }, { headers }) => {
          const owner = headers.get('authorization');
          if (owner !== null && json?.['refresh_token'] !== undefined) owners.set(json['refresh_token'], owner);
        },
      };
    },
  },
];

/** Mistakes with tokens for clients themselves. */
export const clientCredentials: WrongServer[] = [
  {
    name: 'gives a client a refresh token for itself',
    breaks: ['AS-CC-01'],
    mistake: () => ({
      response: (response, { parameters }) => {
        if (parameters.get('grant_type') === 'client_credentials' && response.status === 200)
          response.change({ refresh_token: 'for ever' });
      },
    }),
  },
  {
    name: 'grants a client any scope that it names',
    breaks: ['AS-CC-04'],
    mistake: () => {
      const isAbout = ({ parameters }: FrontRequest): boolean => parameters.get('scope') === 'rolecall:unheard_of';
      return {
        request: async (request, front) => {
          if (!isAbout(request)) return undefined;
          const parameters = new URLSearchParams(request.parameters);
          parameters.set('scope', 'notes:read');
          const response = await front.forward({ ...request, parameters });
          response.change({ scope: 'rolecall:unheard_of' });
          return response;
        },
      };
    },
  },
];
