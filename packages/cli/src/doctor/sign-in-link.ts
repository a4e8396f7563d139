import { parse } from 'node-html-parser';
import { type Answer, isAnswer, locationOf, type NoAnswer, type Probe } from './probe.ts';

/** What a client's start page shows. */
export interface StartPage {
  answer: Answer | NoAnswer;
  /** The authorization request that it leads to, where it has one. */
  link: URL | undefined;
}

const MAXIMUM_REDIRECTS = 3;

/** Opens a client's start page as somebody would who is not logged in, and looks for the way to the authorization server: a link or a redirect. */
export async function openStartPage(client: string, probe: Probe): Promise<StartPage> {
  let answer = await probe(client);
  for (let redirects = 0; redirects < MAXIMUM_REDIRECTS && isAnswer(answer); redirects += 1) {
    const location = locationOf(answer);
    if (location === undefined) break;
    if (isAuthorizationRequest(location)) return { answer, link: location };
    if (location.origin !== new URL(client).origin) break;
    answer = await probe(location.href);
  }
  return { answer, link: isAnswer(answer) ? linkIn(answer) : undefined };
}

function linkIn({ url, text }: Answer): URL | undefined {
  return parse(text)
    .querySelectorAll('a[href]')
    .map((each) => each.getAttribute('href') ?? '')
    .filter((href) => URL.canParse(href, url))
    .map((href) => new URL(href, url))
    .find(isAuthorizationRequest);
}

/** RFC 6749 §4.1.1, or what stands for it (RFC 9126 §4, RFC 9101 §5). */
function isAuthorizationRequest({ searchParams }: URL): boolean {
  return searchParams.has('client_id') && ['response_type', 'request_uri', 'request'].some((name) => searchParams.has(name));
}

/** What a page is called, for people. */
export function titleOf({ text }: Answer): string {
  const page = parse(text);
  const title = (page.querySelector('h1') ?? page.querySelector('title'))?.text ?? '';
  return title.replaceAll(/\s+/g, ' ').trim().slice(0, 100);
}
