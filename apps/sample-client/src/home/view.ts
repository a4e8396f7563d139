import { html } from '@rolecall/service-kit/pages/html';

/** The page of somebody who is not signed in: what will happen, and the way there. */
export function homePage(facts: { issuer: string; resource: string; authorizationUrl: string; others: { href: string; label: string }[] }) {
  return {
    title: 'See your notes',
    body: html`<h1>See your notes</h1>
<p>The link takes you to the authorization server at <strong>${facts.issuer}</strong>, where you log in and decide what this client may do for you.
Then you come back here with a code, for which this client gets a token and shows your notes from the API at <strong>${facts.resource}</strong>: it never sees your password.</p>
<p class="actions"><a class="button" href="${facts.authorizationUrl}">Connect to your notes</a></p>
!${facts.others.length === 0 ? '' : otherWays(facts.others)}`,
  };
}

function otherWays(others: { href: string; label: string }[]): string {
  return html`<h2>Other ways to get access</h2>
<ul class="plain">!${others.map(({ href, label }) => html`<li><a href="${href}">${label}</a></li>`).join('')}</ul>`;
}
