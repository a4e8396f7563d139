import type { Answer } from '../http.ts';

/** How an authorization request ended in a person's browser. */
export interface Arrival {
  /** The last answer before the browser leaves the authorization server, or what it shows and nobody can go on from. */
  answer: Answer;
  /** The authorization response: the client's redirect URI with `code` or `error`. Undefined where the server showed a page instead. */
  response: URL | undefined;
  /** Whether the name and password were asked for on the way. */
  loggedIn: boolean;
  /** The bodies of all pages that were shown on the way. */
  pages: readonly string[];
}

export interface Visit {
  /** What is typed where a page asks for a code (RFC 8628 §3.3). */
  userCode?: string;
  decision?: 'allow' | 'deny';
  /** Where the way ends, when it is left by a redirect. Without it, it ends where nothing is to be filled in. */
  leadsTo?: string;
}

/** Somebody who logs in and decides at an authorization server. Their browser keeps its cookies. */
export interface Person {
  /**
   * Goes to an authorization request's address and through all pages, until the server leads to the redirect URI.
   *
   * @throws Finding (`not tried`) where a page asks for something that the person cannot answer.
   */
  authorize(address: string, redirectUri: string, decision?: 'allow' | 'deny'): Promise<Arrival>;
  /** Goes to any other address of the server, for a device or to log out, and through all pages. @throws Finding as `authorize` does. */
  visit(address: string, visit?: Visit): Promise<Arrival>;
  /** Forgets all cookies. */
  forget(): Promise<void>;
}
