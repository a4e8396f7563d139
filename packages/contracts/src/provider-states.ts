import * as z from 'zod';

/** The states in which contracts are verified: what happened before a request comes. A consumer names one, and the provider makes it happen. */
const parameters = {
  /** The authorization server knows a client with this name. Gives `clientAssertion` where that is how it authenticates. */
  'client registered': z.strictObject({
    clientId: z.string(),
    authentication: z.enum(['client_secret_basic', 'private_key_jwt']),
    /** Required with `client_secret_basic`. */
    secret: z.string().optional(),
    grantTypes: z.array(z.enum(['authorization_code', 'refresh_token', 'client_credentials'])),
    redirectUris: z.array(z.string()),
  }),
  /** A user has granted the client access. Gives `accessToken`; of an authorization server `refreshToken` too, and the `cookie` of the browser. */
  'user consented': z.strictObject({
    clientId: z.string(),
    scope: z.string(),
    resource: z.string(),
    tokenFormat: z.enum(['jwt', 'opaque']).optional(),
    /** The access token is bound to a key; with it comes a `proof` for a request with this method and address (RFC 9449). */
    proofFor: z.strictObject({ htm: z.string(), htu: z.string(), withNonce: z.boolean().optional() }).optional(),
    /** The client has revoked it all since. */
    revoked: z.boolean().optional(),
  }),
  /** A user has refused, in a browser that is about to go back. Gives its `cookie` and the `path` where it goes. */
  'user denied': z.strictObject({ clientId: z.string(), scope: z.string(), resource: z.string(), state: z.string() }),
  /** A user has consented, and the client has a `code`. */
  'code issued': z.strictObject({
    clientId: z.string(),
    redirectUri: z.string(),
    codeVerifier: z.string(),
    scope: z.string(),
    resource: z.string(),
    /** It was exchanged already. */
    redeemed: z.boolean().optional(),
  }),
  /** The client has refreshed its access so many seconds ago. Gives the new `refreshToken`, and the `rotatedRefreshToken` in whose place that came. */
  'refresh token rotated': z.strictObject({ clientId: z.string(), scope: z.string(), resource: z.string(), secondsAgo: z.int() }),
  /** The authorization server signs with a new key. Gives its `kid`. */
  'key rotated': z.strictObject({}),
  /** Time has passed since everything that is named before. */
  'clock at': z.strictObject({ secondsLater: z.int() }),
  /** Clients may register with an initial access token only. */
  'registration by invitation': z.strictObject({}),
  /** The user has so many notes. Gives the `noteId` of one, and a `cursor` behind the newest. */
  'notes written': z.strictObject({ count: z.int().positive() }),
  /** The resource server wants a nonce in every proof. */
  'nonces required': z.strictObject({}),
};

export type ProviderState = keyof typeof parameters;

export type StateParameters<State extends ProviderState> = z.infer<(typeof parameters)[State]>;

/** What a provider makes of a state: values that exist only then (codes, tokens), by name. The contract says where they go. */
export type StateValues = Record<string, string>;

/** Names a state in a contract. @throws ZodError where the parameters are not those of this state. */
export function given<State extends ProviderState>(state: State, values: StateParameters<State>) {
  return { description: state, parameters: parameters[state].parse(values) as Record<string, never> };
}

type Handlers = { [State in ProviderState]?: (values: StateParameters<State>) => Promise<StateValues | void> };

/** What makes states happen at a provider, with the parameters of each checked before it is called. A provider has those states alone that concern it. */
export function stateHandlers(handlers: Handlers): Record<string, (values: unknown) => Promise<StateValues | void>> {
  return Object.fromEntries(
    Object.entries(handlers).map(([state, handle]) => [
      state,
      async (values: unknown) => handle(parameters[state as ProviderState].parse(values ?? {}) as never),
    ]),
  );
}
