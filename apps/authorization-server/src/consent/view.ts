import { html } from '@rolecall/service-kit/pages/html';
import type { Page } from '@rolecall/service-kit/pages/layout';
import { CSRF_FIELD } from '@rolecall/service-kit/sessions';

export interface ConsentView {
  action: string;
  csrfToken: string;
  requestId: string;
  clientName: string;
  verified: boolean;
  userName: string;
  /** Where the answer goes, in words. */
  target: string;
  resources: { name: string; identifier: string; scopes: { name: string; description: string; isNew: boolean }[] }[];
}

/** The consent page: who asks, for what, and where the answer goes. */
export function consentPage(view: ConsentView): Page {
  const warning = view.verified
    ? ''
    : html`<p class="notice error">Nobody has checked who is behind this application: the name is its own word. Allow it only if you have just started it yourself.</p>`;
  return {
    title: `Allow ${view.clientName}?`,
    body: html`
<h1>Allow ${view.clientName}?</h1>
<p><strong>${view.clientName}</strong> asks to act for you, <strong>${view.userName}</strong>.</p>
!${warning}
!${view.resources.map(resourceSection)}
<p class="soft">Your answer goes to <strong>${view.target}</strong>. Your password does not.</p>
<form method="post" action="${view.action}">
  <input type="hidden" name="${CSRF_FIELD}" value="${view.csrfToken}">
  <input type="hidden" name="request" value="${view.requestId}">
  <div class="actions">
    <button type="submit" name="decision" value="deny" class="quiet">Deny</button>
    <button type="submit" name="decision" value="approve">Allow</button>
  </div>
</form>`,
  };
}

function resourceSection({ name, identifier, scopes }: ConsentView['resources'][number]): string {
  return html`
<h2>At ${name} <span class="soft">(${identifier})</span></h2>
<ul class="plain">!${scopes.map(
    (scope) =>
      html`<li class="row"><span>${scope.description}!${scope.isNew ? '' : html` <span class="soft">(allowed before)</span>`}</span> <code class="soft">${scope.name}</code></li>`,
  )}</ul>`;
}
