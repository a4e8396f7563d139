import { html } from '@rolecall/service-kit/pages/html';

/** The page of somebody who is not signed in: what will happen, and the way there. */
export function homePage(facts: { issuer: string; resource: string; authorizationUrl: string }) {
  return {
    title: 'Your notes, from here',
    body: html`<h1>Your notes, from here</h1>
<p>Connecting takes you to the authorization server at <strong>${facts.issuer}</strong>, where you sign in and decide what this client may do for you.
You then come back here, and this client shows and adds notes kept by the API at <strong>${facts.resource}</strong>, without ever seeing your password.</p>
<p class="actions"><a class="button" href="${facts.authorizationUrl}">Connect to your notes</a></p>`,
  };
}
