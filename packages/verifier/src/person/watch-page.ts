import type { Page, Request, Response } from 'playwright-core';
import type { Exchange } from '../exchange.ts';
import { toAnswer } from '../http.ts';
import type { Reach } from '../reach.ts';
import type { Recorder } from '../recorder.ts';
import type { Arrival } from './person.ts';
import { isAt } from './redirect-uri.ts';

/** Where a page goes. */
export interface Way {
  /** Waits for something, and no longer than until the browser is led away. */
  until<Value>(happening: Promise<Value>): Promise<Value | undefined>;
  /** Whether the browser was led to where the way ends. */
  arrived(): boolean;
  arrival(): Promise<Pick<Arrival, 'answer' | 'response'>>;
}

export interface Watched {
  recorder: Recorder;
  /** Where pages and forms may lead. Anywhere, unless it is said. */
  reach?: Reach | undefined;
  /** The redirect URI: the browser is stopped before it gets there. Without it, it is not. */
  leadsTo: string | undefined;
}

/**
 * Records what a page asks for. It is stopped before it gets to the redirect URI, where the client would take the response, and before it goes to, or sends
 * a form to, somebody out of reach.
 */
export async function watch(page: Page, { recorder, reach, leadsTo }: Watched): Promise<Way> {
  let last: Response | undefined;
  let response: URL | undefined;
  let arrived = false;
  let arrive = (): void => undefined;
  const arriving = new Promise<undefined>((resolve) => {
    arrive = () => resolve(undefined);
  });
  let strayed: string | undefined;
  let stray = (): void => undefined;
  const straying = new Promise<undefined>((resolve) => {
    stray = () => resolve(undefined);
  });
  const leaves = (address: string, base: string, method: string): boolean => {
    if (leadsTo === undefined || !URL.canParse(address, base)) return false;
    const url = new URL(address, base);
    if (!isAt(url, leadsTo)) return false;
    // A response in a form (response_mode=form_post) is in the page that sends it.
    if (method !== 'POST') response ??= url;
    arrived = true;
    arrive();
    return true;
  };

  // Playwright's own routes do not see where redirects lead.
  const session = await page.context().newCDPSession(page);
  const {
    frameTree: { frame },
  } = await session.send('Page.getFrameTree');
  /** Pictures, styles and scripts come from wherever they do: pages do not, nor does what a form holds go there. */
  const strays = (address: string, kind: string, frameId: string): boolean => {
    if (reach === undefined || kind !== 'Document' || !/^https?:/.test(address) || reach.includes(address)) return false;
    if (frameId === frame.id) {
      strayed ??= address;
      stray();
    }
    return true;
  };
  session.on('Fetch.requestPaused', ({ requestId, request, resourceType, frameId }) => {
    const isStopped =
      leaves(request.url + (request.urlFragment ?? ''), request.url, request.method) || strays(request.url, resourceType, frameId);
    const said = isStopped
      ? session.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' })
      : session.send('Fetch.continueRequest', { requestId });
    // The page may be gone by now.
    said.catch(() => undefined);
  });
  await session.send('Fetch.enable', { patterns: [{ urlPattern: '*', requestStage: 'Request' }] });

  const exchanges = new Map<Request, Exchange>();
  page.on('request', (request) => {
    if (!isTold(request) || (leadsTo !== undefined && isAt(new URL(request.url()), leadsTo))) return;
    const body = request.postData();
    const asked = {
      method: request.method(),
      url: request.url(),
      headers: Object.entries(request.headers()),
      ...(body !== null && { body }),
    };
    const exchange: Exchange = { direction: 'sent', startedAt: Date.now(), request: asked };
    exchanges.set(request, exchange);
    recorder.record(exchange);
  });
  page.on('requestfailed', (request) => {
    const exchange = exchanges.get(request);
    if (exchange) exchange.failure = request.failure()?.errorText ?? 'unknown';
  });
  page.on('response', (answer) => {
    const exchange = exchanges.get(answer.request());
    if (exchange) exchange.response = { status: answer.status(), headers: Object.entries(answer.headers()) };
    if (!answer.request().isNavigationRequest() || answer.frame() !== page.mainFrame()) return;
    last = answer;
    // A private-use scheme is never asked for.
    leaves(answer.headers()['location'] ?? '', answer.url(), 'GET');
  });

  return {
    until: async (happening) => {
      // When the browser is led away, whatever it was doing fails.
      happening.catch(() => undefined);
      const happened = await Promise.race([
        happening.catch((error: unknown) => {
          if (!arrived && strayed === undefined) throw error;
          return undefined;
        }),
        arriving,
        straying,
      ]);
      if (strayed !== undefined) reach?.insist(strayed);
      return happened;
    },
    arrived: () => arrived,
    arrival: async () => {
      if (last === undefined) throw new Error('nothing was asked');
      const headers = new Headers((await last.headersArray()).map(({ name, value }): [string, string] => [name, value]));
      // A redirect has no body that a browser would keep.
      const body = await last.text().catch(() => '');
      const to = `${last.request().method()} ${last.url().split('?', 1)[0]}`;
      return { answer: toAnswer(to, last.url(), last.status(), headers, body), response };
    },
  };
}

/** Pictures, styles and scripts are not what a report is about. */
const isTold = (request: Request): boolean => ['document', 'xhr', 'fetch'].includes(request.resourceType());
