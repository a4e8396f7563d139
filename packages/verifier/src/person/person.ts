import type { Page } from '@rolecall/bare-browser';
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
  /** All that the server has answered on the way, redirects among it; where the browser tells. */
  answers?: readonly Answer[] | undefined;
}

export interface Visit {
  /** What is typed where a page asks for a code (RFC 8628 §3.3). */
  userCode?: string;
  decision?: 'allow' | 'deny';
  /** Where the way ends, when it is left by a redirect. Without it, it ends where nothing is to be filled in. */
  leadsTo?: string;
}

/** A browser of its own, one page after the other. */
export interface Steps {
  /** Goes to an address, and on to where it leads. @returns the page, or the redirect to `leadsTo` */
  open(address: string, leadsTo: string): Promise<Page | URL>;
  /** Fills in the form of a page, and sends it with this browser's cookies, whichever browser the page was made for. @throws Finding (`not tried`) where there is none. */
  send(page: Page, leadsTo: string): Promise<Page | URL>;
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
  /** Opens one more browser, without cookies. Undefined where pages cannot be passed from one browser to another. */
  steps?: (() => Promise<Steps>) | undefined;
  /** Goes away, with whatever they have opened. */
  close(): Promise<void>;
}
