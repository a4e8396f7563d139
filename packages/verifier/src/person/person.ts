import type { Answer } from '../http.ts';

/** How an authorization request ended in a person's browser. */
export interface Arrival {
  /** The last answer before the browser leaves the authorization server, or what it shows and nobody can go on from. */
  answer: Answer;
  /** The authorization response: the client's redirect URI with `code` or `error`. Undefined where the server showed a page instead. */
  response: URL | undefined;
}

/** Somebody who logs in and decides at an authorization server. Their browser keeps its cookies. */
export interface Person {
  /**
   * Goes to an authorization request's address and through all pages, until the server leads to the redirect URI.
   *
   * @throws Finding (`not tried`) where a page asks for something that the person cannot answer.
   */
  authorize(address: string, redirectUri: string, decision?: 'allow' | 'deny'): Promise<Arrival>;
  /** Forgets all cookies. */
  forget(): Promise<void>;
}
