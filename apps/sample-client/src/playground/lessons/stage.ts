import type { Role } from '@rolecall/lab/exchange';
import type { LabClient } from '@rolecall/lab/lab-client';
import type { Arrow } from '../arrow.ts';
import { HeldRedirect, type Page, type ScriptedBrowser, titleOf } from '../scripted-browser.ts';
import type { Traffic } from '../traffic.ts';
import { isApiCall, mustEnd } from './exchanges.ts';

/** What a lesson is played on: the real roles, a browser for each person, and a look at what went over the wire. */
export interface Stage {
  /** Where the roles are. */
  addresses: Addresses;
  /** The person whose notes these are. */
  alice: ScriptedBrowser;
  /** Somebody who means ill, in a browser of their own. */
  attacker: ScriptedBrowser;
  /** Moves the clock of every role on by so many seconds. */
  advance(seconds: number): Promise<void>;
  /** Makes a fault happen at a role. */
  breakIt(role: Role, fault: string, count?: number): Promise<void>;
  /** Ends the faults that `breakIt` has put in and that have not happened. Others stay. */
  mend(): Promise<void>;
  /** The last exchange of this run that fits. Throws where there is none. */
  last(what: string, fits: (arrow: Arrow) => boolean): Promise<Arrow>;
  /** Throws where there is such an exchange. */
  never(what: string, fits: (arrow: Arrow) => boolean): Promise<void>;
  /** Throws where there is none such exchange, or more than one. */
  once(what: string, fits: (arrow: Arrow) => boolean): Promise<void>;
  /** What steps leave for those that follow. */
  kept: Map<string, string>;
}

export interface Addresses {
  issuer: string;
  resource: string;
  client: string;
}

export interface StageParts {
  trace: string;
  traffic: Traffic;
  labs: Readonly<Record<Role, LabClient>>;
}

/** A little longer than an access token of the development server lives. */
export const UNTIL_EXPIRED_SECONDS = 11 * 60;

/** A person of the development seeds. */
export const ALICE = { username: 'alice', password: 'wonderland' };
export const BOB = { username: 'bob', password: 'builder' };

export function createStage(parts: StageParts & Pick<Stage, 'addresses' | 'alice' | 'attacker'>): Stage {
  const { trace, traffic, labs, addresses, alice, attacker } = parts;
  const broken: [Role, string][] = [];
  return {
    addresses,
    alice,
    attacker,
    kept: new Map(),
    advance: async (seconds) => {
      const { offset_seconds } = await labs.client.clock();
      await Promise.all(Object.values(labs).map((lab) => lab.setClock(offset_seconds + seconds)));
    },
    breakIt: async (role, fault, count = 1) => {
      await labs[role].activateFault(fault, { count });
      broken.push([role, fault]);
    },
    mend: async () => {
      await Promise.all(broken.splice(0).map(([role, fault]) => labs[role].deactivateFault(fault).catch(() => {})));
    },
    last: async (what, fits) => {
      await traffic.settled(trace);
      const found = traffic.arrows(trace).findLast(fits);
      if (found === undefined) throw new Error(`${what} has not happened`);
      return found;
    },
    once: async (what, fits) => {
      await traffic.settled(trace);
      const times = traffic.arrows(trace).filter(fits).length;
      if (times !== 1) throw new Error(`${what} has happened ${times} times`);
    },
    never: async (what, fits) => {
      await traffic.settled(trace);
      if (traffic.arrows(trace).some(fits)) throw new Error(`${what} has happened`);
    },
  };
}

/** Opens the client as somebody who is not signed in, and answers the address of the authorization request. */
export async function openClient({ addresses }: Stage, browser: ScriptedBrowser): Promise<string> {
  const page = pageOf(await browser.visit(`${addresses.client}/`));
  const link = authorizationLink(page);
  if (link === undefined) throw new Error(`the client offers no way to the authorization server: "${titleOf(page)}"`);
  return link;
}

/** Goes to the client to see the notes, signing in where it is needed. */
export async function seeNotes(
  { addresses }: Stage,
  browser: ScriptedBrowser,
  person: { username: string; password: string },
): Promise<void> {
  const link = authorizationLink(pageOf(await browser.visit(`${addresses.client}/notes`)));
  if (link !== undefined) await authorize(browser, link, person);
}

/** The attacker calls the API with a token, in vain: answers the refusal, and throws where there was none. */
export async function tryToken(stage: Stage, token: string): Promise<Arrow> {
  const response = await stage.attacker.send(`${stage.addresses.resource}/notes`, { headers: { authorization: `Bearer ${token}` } });
  await response.body?.cancel();
  const refused = await stage.last('the call of the API', isApiCall);
  mustEnd(refused, 401, 'invalid_token');
  return refused;
}

function authorizationLink({ root }: Page): string | undefined {
  return root
    .querySelectorAll('a')
    .map((each) => each.attributes['href'] ?? '')
    .find((href) => /[?&](response_type|request_uri)=/.test(href));
}

/**
 * Goes to the authorization server as a person does: logs in and allows what is asked for, where it asks.
 *
 * @param holdAt the redirect to an address that begins so is not followed.
 */
export async function authorize(
  browser: ScriptedBrowser,
  url: string,
  person: { username: string; password: string },
  holdAt?: string,
): Promise<Page | HeldRedirect> {
  let current = await browser.visit(url, holdAt);
  if (isPageWith(current, 'input[type=password]'))
    current = await browser.submit(current, { has: 'input[type=password]', fields: person }, holdAt);
  if (isPageWith(current, 'button[value=approve]'))
    current = await browser.submit(current, { has: 'button[value=approve]', button: { name: 'decision', value: 'approve' } }, holdAt);
  return current;
}

/** Signs a person in at the client: all of the code flow. */
export async function signIn(stage: Stage, browser: ScriptedBrowser, person: { username: string; password: string }): Promise<Page> {
  return pageOf(await authorize(browser, await openClient(stage, browser), person));
}

/** What is a page, and not a redirect that was held. */
export function pageOf(result: Page | HeldRedirect): Page {
  if (result instanceof HeldRedirect) throw new Error(`a page was expected, not a redirect to ${new URL(result.url).origin}`);
  return result;
}

/** The redirect that was held. */
export function heldOf(result: Page | HeldRedirect): URL {
  if (!(result instanceof HeldRedirect)) throw new Error(`a redirect was expected, not the page "${titleOf(result)}"`);
  return new URL(result.url);
}

function isPageWith(result: Page | HeldRedirect, selector: string): result is Page {
  return !(result instanceof HeldRedirect) && result.root.querySelector(selector) !== null;
}
