import { html } from '@rolecall/service-kit/pages/html';
import type { Page } from '@rolecall/service-kit/pages/layout';
import { CSRF_FIELD } from '@rolecall/service-kit/sessions';

/** Asks before anybody is logged out: a link alone, which anybody can send, must not do it. */
export function logoutPage(view: { action: string; csrfToken: string; userName: string; account: string }): Page {
  return {
    title: 'Log out?',
    body: html`
<h1>Log out?</h1>
<p>You are logged in as <strong>${view.userName}</strong>.</p>
<form method="post" action="${view.action}">
  <input type="hidden" name="${CSRF_FIELD}" value="${view.csrfToken}">
  <div class="actions">
    <button type="submit" name="where" value="everywhere" class="quiet">Log out everywhere</button>
    <button type="submit" name="where" value="here">Log out</button>
  </div>
</form>
<p class="soft after">Everywhere means every browser and device that you are logged in with. Applications keep what you have allowed them, apart from
those that live in a browser: you can take it back on <a href="${view.account}">your account</a>.</p>`,
  };
}

/** Nobody is logged in. */
export function loggedOutPage(view: { account: string }): Page {
  return {
    title: 'You are logged out',
    body: html`
<h1>You are logged out</h1>
<p>You can close this page, or <a href="${view.account}">log in again</a>.</p>`,
  };
}
