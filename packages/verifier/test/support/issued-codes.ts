import type { FrontRequest, Meddling } from './front.ts';

/** What a front has seen go by of authorization requests, codes and clients: what a server which is wrong about them has to know. */
export interface IssuedCodes extends Meddling {
  /** The parameters of the authorization request that led to a code, as the client sent them. */
  requestOf(code: string | null): URLSearchParams | undefined;
  /** The headers with which a client that has registered authenticates. */
  credentialsOf(clientId: string): string;
}

/** Follows codes by the `state` of their request: put it first among what meddles, so that it sees requests as they come. */
export function followCodes(): IssuedCodes {
  const requests = new Map<string, URLSearchParams>();
  const codes = new Map<string, URLSearchParams>();
  const secrets = new Map<string, string>();
  return {
    request: (request: FrontRequest) => {
      const state = request.parameters.get('state');
      if (state !== null && request.parameters.has('response_type')) requests.set(state, new URLSearchParams(request.parameters));
    },
    response: ({ location, json }) => {
      const code = location?.searchParams.get('code');
      const request = requests.get(location?.searchParams.get('state') ?? '');
      if (code && request) codes.set(code, request);
      const { client_id: id, client_secret: secret } = json ?? {};
      if (typeof id === 'string' && typeof secret === 'string') secrets.set(id, secret);
    },
    requestOf: (code) => codes.get(code ?? ''),
    credentialsOf: (id) => `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secrets.get(id) ?? '')}`)}`,
  };
}
