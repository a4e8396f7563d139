/** Where the servers are that are played for the client. */
export interface PlayedAddresses {
  issuer: string;
  resource: string;
}

/** A client to verify: a web application that its owner has configured to use the played authorization server. */
export interface ClientTarget {
  /** The page or address that begins a sign-in. It may redirect at once, or have a link or form that does. */
  startUrl: string;
  /** The link, form or button there to follow. What leads to the issuer, or the first form with a button, unless it is said. */
  startSelector?: string | undefined;
  /** As whom the client is configured. Without it, it has to register itself (RFC 7591). */
  clientId?: string | undefined;
  /** One with characters such as `+`, `%` and `:` shows also whether it is encoded as it has to be (RFC 6749 §2.3.1). */
  clientSecret?: string | undefined;
  /** Where the issuer is played: on this machine unless `listen` says where. Port 0 takes a free one. `http://localhost:9000` unless it is said. */
  issuer?: string | undefined;
  /** Where the API is played that the client calls. Without it nothing about calls is tried. Port 0 takes a free one. */
  resource?: string | undefined;
  /** Where the issuer really listens, when it is behind something that has its address. */
  listen?: { host: string; port: number } | undefined;
  /** What the API answers, by method and path (`GET /notes`). An empty object to what is not here. */
  apiAnswers?: Readonly<Record<string, unknown>> | undefined;
  /** The scopes that the played servers announce, with spaces between them. */
  scope?: string | undefined;
  /** What only somebody who is signed in sees on a page. The address where a sign-in ends tells it, unless it is said. */
  signedIn?: { url?: string | undefined; selector?: string | undefined; text?: string | undefined } | undefined;
  /** The page that calls the API. The one where a sign-in ends, unless it is said. */
  apiUrl?: string | undefined;
  /** The link, form or button of a signed-in page that logs out. */
  logoutSelector?: string | undefined;
  /** Where the client takes logout tokens (Back-Channel Logout §2.5). */
  backchannelLogoutUri?: string | undefined;
  /** The client never uses another authorization server: what guards against mix-up is then not required (RFC 9700 §2.1). */
  onlyOneAuthorizationServer?: boolean | undefined;
  /** The client checks the signatures of ID tokens, also where OpenID Connect Core §3.1.3.7 lets TLS do instead. */
  checksIdTokenSignatures?: boolean | undefined;
  /** Milliseconds in which the client has to answer, whatever the servers do. 30,000 unless it is said. */
  patience?: number | undefined;
  /**
   * Starts the client anew and resolves when it listens; what comes back stops it. It is then started for the run, and again for each check of what the
   * client reads when it starts. Without it the client is expected to run, and those checks are not tried.
   */
  launch?: ((addresses: PlayedAddresses) => Promise<() => Promise<void>>) | undefined;
}
