import { html } from '@rolecall/service-kit/pages/html';
import type { Page } from '@rolecall/service-kit/pages/layout';
import { CSRF_FIELD } from '@rolecall/service-kit/sessions';
import type { Destination } from './destination.ts';

export interface LoginView {
  action: string;
  csrfToken: string;
  destination: Destination;
  username: string;
  /** Where accounts are made, if people may. */
  signUp?: string;
  /** Why the last try did not work. */
  problem?: string;
}

/** The login page. */
export function loginPage(view: LoginView): Page {
  const { destination } = view;
  const problem = view.problem === undefined ? '' : html`<p class="notice error" role="alert" id="problem">${view.problem}</p>`;
  const described = view.problem === undefined ? '' : 'aria-describedby="problem"';
  // The cursor waits where the person has to type next.
  const [nameFocus, passwordFocus] = view.username === '' ? ['autofocus', ''] : ['', 'autofocus'];
  const client = destination.request?.clientName;
  const purpose = client === undefined ? html`to your account` : html`to continue to <strong>${client}</strong>`;
  const promise = client === undefined ? '' : html`<p class="soft after">Your password stays here: ${client} never sees it.</p>`;
  const { name, value } = destination.parameter;
  const signUp =
    view.signUp === undefined
      ? ''
      : html`<p class="soft after">No account yet? <a href="${`${view.signUp}?${name}=${encodeURIComponent(value)}`}">Create one</a></p>`;
  return {
    title: 'Log in',
    body: html`
<h1>Log in</h1>
<p>!${purpose}</p>
!${problem}
<form method="post" action="${view.action}">
  <input type="hidden" name="${CSRF_FIELD}" value="${view.csrfToken}">
  <input type="hidden" name="${name}" value="${value}">
  <div class="field">
    <label for="username">Username</label>
    <input id="username" name="username" value="${view.username}" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="200" !${described} !${nameFocus}>
  </div>
  <div class="field">
    <label for="password">Password</label>
    <input id="password" name="password" type="password" autocomplete="current-password" required maxlength="1000" !${described} !${passwordFocus}>
  </div>
  <div class="actions"><button type="submit">Log in</button></div>
</form>
!${signUp}
!${promise}`,
  };
}
