import { html } from '@rolecall/service-kit/pages/html';
import type { Challenge } from './challenge.ts';
import { navigation } from './navigation.ts';

interface Words {
  title: string;
  text: string;
  link: string;
}

const WORDS: Record<Challenge['error'], Words> = {
  invalid_token: {
    title: 'Your connection has ended',
    text: 'The API does not accept this client’s access any more. You can connect again.',
    link: 'Connect again',
  },
  insufficient_scope: {
    title: 'This needs more than you have allowed',
    text: 'You have not allowed this client to do that yet. The authorization server will ask you.',
    link: 'Go and decide',
  },
  insufficient_user_authentication: {
    title: 'Please confirm that it is you',
    text: 'For this, the API wants you to have logged in in a stronger way, or more recently.',
    link: 'Log in again',
  },
};

const ENDED: Words = {
  title: 'Your connection has ended',
  text: 'The authorization server has ended this client’s access: somebody took it back, or it was not used for too long. You can connect again.',
  link: 'Connect again',
};

interface Facts {
  authorizationUrl: string;
  draftKept: boolean;
  csrfToken: string;
}

/** The page that explains why access has to be asked for again, with the way there. */
export function askAgainPage(challenge: Challenge, facts: Facts) {
  return page(WORDS[challenge.error], facts, challenge.scope);
}

/** The page for when there is no access any more. */
export function endedPage(facts: Facts) {
  return page(ENDED, facts);
}

function page({ title, text, link }: Words, facts: Facts, scope?: string) {
  const body = html`<h1>${title}</h1>
<p>${text}</p>
!${scope === undefined ? '' : html`<p>It needs: <strong>${scope}</strong></p>`}
!${facts.draftKept ? html`<p>Your note is kept: you find it in the form when you come back.</p>` : ''}
<p class="actions"><a class="button" href="${facts.authorizationUrl}">${link}</a><a class="button quiet" href="/notes">Not now</a></p>`;
  return { title, body, header: navigation(facts.csrfToken) };
}

/** The page for when asking again did not help. Logging out is the way to begin anew. */
export function stillRefusedPage(facts: { csrfToken: string }) {
  const title = 'The API still refuses';
  const body = html`<h1>${title}</h1>
<p>This client asked for access again and got it, but the API does not accept it for this. Asking once more would not help.</p>
<p class="actions"><a class="button" href="/">Start page</a></p>`;
  return { title, body, header: navigation(facts.csrfToken) };
}
