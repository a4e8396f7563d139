import { html } from '@rolecall/service-kit/pages/html';
import type { Page } from '@rolecall/service-kit/pages/layout';
import { CSRF_FIELD } from '@rolecall/service-kit/sessions';
import { checkboxName } from './decision.ts';

export interface ConsentView {
  action: string;
  csrfToken: string;
  requestId: string;
  clientName: string;
  verified: boolean;
  userName: string;
  /** Where somebody else logs in. */
  otherLogin: string;
  account: string;
  /** Where the answer goes, in words. */
  target: string;
  resources: { name: string; identifier: string; scopes: ConsentScope[] }[];
  /** Why the last try did not work. */
  problem?: string;
}

export interface ConsentScope {
  name: string;
  description: string;
  /** What the user decided about it earlier; absent: never asked. */
  before?: 'allowed' | 'refused';
}

/** The consent page: who asks, for what, and where the answer goes. */
export function consentPage(view: ConsentView): Page {
  const warning = view.verified
    ? ''
    : html`<p class="notice error">Nobody has checked who is behind this application: the name is its own word. Allow it only if you have just started it yourself.</p>`;
  const problem = view.problem === undefined ? '' : html`<p class="notice error" role="alert">${view.problem}</p>`;
  return {
    title: `Allow ${view.clientName}?`,
    body: html`
<h1>Allow ${view.clientName}?</h1>
<p><strong>${view.clientName}</strong> asks to act for you, <strong>${view.userName}</strong>. <a href="${view.otherLogin}">Not you?</a></p>
!${warning}
!${problem}
<form method="post" action="${view.action}">
  <input type="hidden" name="${CSRF_FIELD}" value="${view.csrfToken}">
  <input type="hidden" name="request" value="${view.requestId}">
  !${view.resources.map((resource, index) => resourceFields(resource, index, view.problem === undefined))}
  <p class="soft">Leave out what you do not want. Your answer goes to <strong>${view.target}</strong>. Your password does not.</p>
  <div class="actions">
    <button type="submit" name="decision" value="deny" class="quiet">Deny</button>
    <button type="submit" name="decision" value="approve">Allow</button>
  </div>
</form>
<p class="soft after">You can take it back at any time on <a href="${view.account}">your account</a>.</p>`,
  };
}

/** @param ticked false: the person left everything out, and it stays so. */
function resourceFields({ name, identifier, scopes }: ConsentView['resources'][number], index: number, ticked: boolean): string {
  // Where nothing was decided before, all of it is new: that need not be said.
  const again = scopes.some(({ before }) => before !== undefined);
  return html`
<fieldset>
  <legend>At ${name} <span class="soft">(${identifier})</span></legend>
  !${scopes.map((scope, position) => scopeField(identifier, scope, `scope-${index}-${position}`, { again, ticked }))}
</fieldset>`;
}

function scopeField(
  resource: string,
  { name, description, before }: ConsentScope,
  id: string,
  { again, ticked }: { again: boolean; ticked: boolean },
): string {
  const note = before === undefined ? (again ? 'new' : '') : { allowed: 'allowed before', refused: 'left out before' }[before];
  return html`
  <div class="choice">
    <input type="checkbox" id="${id}" name="${checkboxName(resource, name)}" value="yes" !${ticked && before !== 'refused' ? 'checked' : ''}>
    <label for="${id}">${description}!${note === '' ? '' : html` <span class="soft">(${note})</span>`} <code class="soft">${name}</code></label>
  </div>`;
}
