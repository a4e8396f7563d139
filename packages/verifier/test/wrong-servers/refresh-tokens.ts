import type { FrontRequest } from '../support/front.ts';
import type { WrongServer } from '../support/wrong-server.ts';

const isRefresh = ({ method, parameters }: FrontRequest): boolean => method === 'POST' && parameters.get('grant_type') === 'refresh_token';
const isPublic = ({ headers }: FrontRequest): boolean => !headers.has('authorization');
const tokenIn = (json: Record<string, unknown> | undefined): string | undefined =>
  typeof json?.['refresh_token'] === 'string' ? json['refresh_token'] : undefined;

/** Mistakes with refresh tokens. */
export const refreshTokens: WrongServer[] = [
  {
    name: 'never replaces a public client’s refresh token',
    breaks: ['AS-RT-04'],
    mistake: () => {
      const latest = new Map<string, string>();
      return {
        request: (request) => {
          const presented = request.parameters.get('refresh_token');
          if (!isRefresh(request) || !isPublic(request) || presented === null) return;
          request.headers.set('x-presented', presented);
          request.parameters.set('refresh_token', latest.get(presented) ?? presented);
        },
        response: (response, request) => {
          const presented = request.headers.get('x-presented');
          const token = tokenIn(response.json);
          if (presented === null || token === undefined) return;
          latest.set(presented, token);
          response.change({ refresh_token: presented });
        },
      };
    },
  },
  {
    name: 'takes refresh tokens that were replaced long ago',
    breaks: ['AS-RT-04', 'AS-RT-05'],
    mistake: () => {
      const families = new Map<string, { latest: string }>();
      return {
        request: (request) => {
          const family = families.get(request.parameters.get('refresh_token') ?? '');
          if (family && isRefresh(request)) request.parameters.set('refresh_token', family.latest);
        },
        response: (response, { parameters }) => {
          const token = tokenIn(response.json);
          if (token === undefined) return;
          const family = families.get(parameters.get('refresh_token') ?? '') ?? { latest: token };
          family.latest = token;
          families.set(token, family);
        },
      };
    },
  },
  {
    name: 'refuses a refresh token that comes back and lets its successor live',
    breaks: ['AS-RT-05'],
    mistake: () => {
      const replaced = new Set<string>();
      return {
        request: (request) => {
          // The server never hears of it.
          if (isRefresh(request) && replaced.has(request.parameters.get('refresh_token') ?? ''))
            request.parameters.set('refresh_token', 'unknown');
        },
        response: ({ status }, request) => {
          if (isRefresh(request) && status === 200) replaced.add(request.parameters.get('refresh_token') ?? '');
        },
      };
    },
  },
  {
    name: 'takes a refresh token from any client',
    breaks: ['AS-RT-02'],
    mistake: () => {
      const owners = new Map<string, string>();
      return {
        request: (request) => {
          const owner = owners.get(request.parameters.get('refresh_token') ?? '');
          if (owner && isRefresh(request)) request.headers.set('authorization', owner);
        },
        response: (response, { headers }) => {
          const token = tokenIn(response.json);
          const owner = headers.get('authorization');
          if (token !== undefined && owner !== null) owners.set(token, owner);
        },
      };
    },
  },
  {
    name: 'gives more scope at a refresh than was granted',
    breaks: ['AS-RT-03'],
    mistake: (codes) => ({
      request: ({ parameters }) => {
        if (parameters.has('response_type')) parameters.set('scope', 'notes:read notes:write');
      },
      response: (response, { parameters }) => {
        const asked = codes.requestOf(parameters.get('code'))?.get('scope');
        if (asked && tokenIn(response.json) !== undefined) response.change({ scope: asked });
      },
    }),
  },
  {
    name: 'takes scope away for good when a refresh asks for less',
    breaks: ['AS-RT-03'],
    mistake: () => {
      const narrowed = new Map<string, string>();
      return {
        request: (request) => {
          const scope = narrowed.get(request.parameters.get('refresh_token') ?? '');
          if (scope && isRefresh(request)) request.parameters.set('scope', scope);
        },
        response: (response, request) => {
          const token = tokenIn(response.json);
          const scope = request.parameters.get('scope');
          if (token !== undefined && scope !== null && isRefresh(request)) narrowed.set(token, scope);
        },
      };
    },
  },
];
