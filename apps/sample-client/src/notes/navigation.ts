import { html } from '@rolecall/service-kit/pages/html';
import { CSRF_FIELD } from '@rolecall/service-kit/sessions';

/** What somebody who is connected can do on every page: end it. */
export function navigation(csrfToken: string): string {
  return html`<nav class="bar" aria-label="Session"><form method="post" action="/logout">
<input type="hidden" name="${CSRF_FIELD}" value="${csrfToken}">
<button class="quiet small">Log out</button>
</form></nav>`;
}
