import { type FrontRequest, FrontResponse } from '../support/front.ts';
import type { WrongServer } from '../support/wrong-server.ts';

const isRegistration = ({ method, url }: FrontRequest): boolean => method === 'POST' && url.pathname === '/register';
const managedId = ({ url }: FrontRequest): string | undefined => /^\/register\/(.+)$/.exec(url.pathname)?.[1];

/** A server that registers a redirect URI which it must not. */
function accepting(name: string, isMeant: (uri: string) => boolean): WrongServer {
  return {
    name,
    breaks: ['AS-REG-03'],
    mistake: () => {
      let asked: string[] = [];
      return {
        request: (request) => {
          if (!isRegistration(request)) return;
          const metadata = JSON.parse(request.body) as { redirect_uris?: string[] };
          asked = metadata.redirect_uris ?? [];
          if (asked.some(isMeant)) request.body = JSON.stringify({ ...metadata, redirect_uris: ['https://verifier.example/callback'] });
        },
        response: (response, request) => {
          if (isRegistration(request) && asked.some(isMeant)) response.change({ redirect_uris: asked });
        },
      };
    },
  };
}

/** Mistakes with registration and its management. */
export const registration: WrongServer[] = [
  accepting('registers a redirect URI with http', (uri) => uri.startsWith('http://verifier')),
  accepting('registers a redirect URI with a fragment', (uri) => uri.includes('#')),
  accepting('registers a redirect URI with javascript:', (uri) => uri.startsWith('javascript:')),
  {
    name: 'answers a registration with 200',
    breaks: ['AS-REG-01', 'AS-REG-02'],
    mistake: () => ({
      response: (response, request) => {
        if (isRegistration(request) && response.status === 201) response.status = 200;
      },
    }),
  },
  {
    name: 'gives a public client a secret',
    breaks: ['AS-REG-02'],
    mistake: () => ({
      response: (response, request) => {
        if (isRegistration(request) && response.json?.['token_endpoint_auth_method'] === 'none')
          response.change({ client_secret: 'not needed', client_secret_expires_at: 0 });
      },
    }),
  },
  {
    name: 'gives back metadata of which it knows nothing',
    breaks: ['AS-REG-05'],
    mistake: () => ({
      response: (response, request) => {
        if (isRegistration(request) && response.status === 201)
          response.change({ ...(JSON.parse(request.body) as object), ...response.json });
      },
    }),
  },
  {
    name: 'does not say when a secret ends',
    breaks: ['AS-REG-01'],
    mistake: () => ({
      response: (response, request) => {
        if (isRegistration(request)) response.change({ client_secret_expires_at: undefined });
      },
    }),
  },
  {
    name: 'lets each client manage all others',
    breaks: ['AS-MGMT-05'],
    mistake: () => {
      const tokens = new Map<string, string>();
      return {
        request: (request) => {
          const own = tokens.get(managedId(request) ?? '');
          const isOfSomebody = [...tokens.values()].includes(request.headers.get('authorization') ?? '');
          if (own !== undefined && isOfSomebody) request.headers.set('authorization', own);
        },
        response: ({ json }) => {
          const { client_id: id, registration_access_token: token } = json ?? {};
          if (typeof id === 'string' && typeof token === 'string') tokens.set(id, `Bearer ${token}`);
        },
      };
    },
  },
  {
    name: 'says that a client is deleted and keeps it',
    breaks: ['AS-MGMT-04'],
    mistake: () => ({
      request: (request) => (managedId(request) !== undefined && request.method === 'DELETE' ? new FrontResponse(204) : undefined),
    }),
  },
  {
    name: 'makes a change for the client of the address, whoever it names',
    breaks: ['AS-MGMT-03'],
    mistake: () => ({
      request: (request) => {
        const id = managedId(request);
        if (id !== undefined && request.method === 'PUT')
          request.body = JSON.stringify({ ...(JSON.parse(request.body) as object), client_id: decodeURIComponent(id) });
      },
    }),
  },
];
