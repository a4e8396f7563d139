import { html } from '@rolecall/service-kit/pages/html';
import { CSRF_FIELD } from '@rolecall/service-kit/sessions';
import type { Access } from '../access/access.ts';
import type { Refusal } from '../callback/authorization-response.ts';
import type { Answer } from '../notes/api.ts';
import type { NotePage } from '../notes/payload.ts';
import type { PreRegistered } from '../registration/pre-registered.ts';
import { said } from '../said.ts';

/** What came of a call for no user. */
export type Outcome = { kind: 'called'; access: Access; answer: Answer<NotePage> } | { kind: 'no token'; refusal: Refusal };

const TITLE = 'As the client itself';
const time = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });

/** What will happen, and the button for it. */
export function servicePage(client: PreRegistered, csrfToken: string) {
  return {
    title: TITLE,
    body: html`<h1>${TITLE}</h1>
<p>A program may need access with no user there: for its nightly work, say. Then it asks the authorization server for a token of its own, with nothing but who it is.</p>
<p>The button does that as <strong>${client.clientId}</strong> (${client.clientKey === undefined ? 'with a secret' : 'with a signature by its key, private_key_jwt'}), and then asks the API for its notes.</p>
!${form('Call the API', csrfToken)}
<p class="after"><a href="/">Start page</a></p>`,
  };
}

/** What the authorization server gave, and what the API answered to it. */
export function resultPage(client: PreRegistered, outcome: Outcome, csrfToken: string) {
  const body = html`<h1>${TITLE}</h1>
!${outcome.kind === 'no token' ? refusedToken(outcome.refusal) : called(client, outcome)}
!${form('Call again', csrfToken)}
<p class="after"><a href="/">Start page</a></p>`;
  return { title: TITLE, body, width: 'wide' as const };
}

function refusedToken(refusal: Refusal): string {
  return html`<p class="notice error" role="alert">The authorization server gave this client no token.</p>
!${said(refusal)}`;
}

function called(client: PreRegistered, { access, answer }: Outcome & { kind: 'called' }): string {
  return html`!${answerOf(answer)}
<h2>The token</h2>
<dl>
<dt>For</dt><dd>${client.clientId}, and no user</dd>
<dt>By the authorization server</dt><dd>${access.issuer}</dd>
<dt>For the API</dt><dd>${access.resource}</dd>
<dt>Scope</dt><dd>${access.scope ?? 'not said by the authorization server'}</dd>
<dt>Until</dt><dd>${access.expiresAt === undefined ? 'not said' : `${time.format(access.expiresAt)} UTC`}</dd>
</dl>
<p class="soft">It is kept on this client's server and used until shortly before it expires, for everybody who presses the button.</p>`;
}

function answerOf(answer: Answer<NotePage>): string {
  switch (answer.kind) {
    case 'done':
      return html`<p class="notice good" role="status">The API answered with ${answer.value.notes.length} notes of the client's own.</p>`;
    case 'refused':
      return html`<p class="notice" role="status">The API let the token in, and refused the call (status ${answer.status}).</p>
<p>It said: ${answer.reason}</p>`;
    case 'challenged':
      return html`<p class="notice error" role="alert">The API does not accept the token: <code>${answer.challenge.error}</code></p>`;
  }
}

function form(label: string, csrfToken: string): string {
  return html`<form method="post" action="/service">
<input type="hidden" name="${CSRF_FIELD}" value="${csrfToken}">
<button>${label}</button>
</form>`;
}
