// What the author of a hook works with: `import type { OnAccessToken } from '@rolecall/authorization-server/hooks'`. See docs/hooks.md.

/** An access token that is about to be issued: every check of the protocol has passed, nothing has been used up. Frozen. */
export interface AccessTokenHookContext {
  /** `authorization_code`, `refresh_token`, `client_credentials`, … */
  readonly grantType: string;
  readonly clientId: string;
  /** The user who gave the grant; absent where the client acts for itself. */
  readonly userId?: string;
  /** The identifier of the resource that the token is for. */
  readonly resource: string;
  readonly scopes: readonly string[];
  /** The grant that the token comes from, where a user gave one. */
  readonly grantId?: string;
  /** When the user authenticated, in seconds since the epoch. */
  readonly authTime?: number;
  /** Aborted when the time is over: whatever is under way may end, its result is of no use any more. */
  readonly signal: AbortSignal;
}

/**
 * Claims to add to the token, or that it is not to be issued; undefined: neither.
 * `description` is told to the client, in printable ASCII: nothing secret, at most 200 characters.
 */
export type AccessTokenHookResult =
  { readonly claims?: Readonly<Record<string, unknown>> } | { readonly deny: { readonly description: string } } | undefined | void;

/** What a hook module exports under the name `onAccessToken`. Whatever it throws lets the request fail, and nothing is issued. */
export type OnAccessToken = (context: AccessTokenHookContext) => AccessTokenHookResult | Promise<AccessTokenHookResult>;

/** The exports of a hook module. */
export interface HooksModule {
  onAccessToken?: OnAccessToken;
}
