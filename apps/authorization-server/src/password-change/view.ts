import { html } from '@rolecall/service-kit/pages/html';
import type { Page } from '@rolecall/service-kit/pages/layout';
import { CSRF_FIELD } from '@rolecall/service-kit/sessions';
import { PASSWORD_RULES } from '../login/password-rules.ts';

export interface PasswordChangeProblem {
  field: 'current' | 'password';
  text: string;
}

/** The page on which a user changes the password. */
export function passwordChangePage(view: {
  action: string;
  csrfToken: string;
  account: string;
  username: string;
  problem?: PasswordChangeProblem;
}): Page {
  const problem = view.problem === undefined ? '' : html`<p class="notice error" role="alert" id="problem">${view.problem.text}</p>`;
  const wrong = (field: PasswordChangeProblem['field']) =>
    view.problem?.field === field ? 'aria-invalid="true" autofocus aria-describedby="problem"' : '';
  return {
    title: 'Change your password',
    body: html`
<h1>Change your password</h1>
<p>You will be logged out everywhere but here.</p>
!${problem}
<form method="post" action="${view.action}">
  <input type="hidden" name="${CSRF_FIELD}" value="${view.csrfToken}">
  <input type="text" name="username" value="${view.username}" autocomplete="username" hidden readonly>
  <div class="field">
    <label for="current">Current password</label>
    <input id="current" name="current" type="password" autocomplete="current-password" required maxlength="1000" !${wrong('current')}>
  </div>
  <div class="field">
    <label for="password">New password</label>
    <input id="password" name="password" type="password" autocomplete="new-password" required minlength="8" maxlength="1000" !${wrong('password')}>
    <p class="soft">${PASSWORD_RULES}</p>
  </div>
  <div class="field">
    <label for="repeated">New password again</label>
    <input id="repeated" name="repeated" type="password" autocomplete="new-password" required maxlength="1000">
  </div>
  <div class="actions">
    <a class="button quiet" href="${view.account}">Back</a>
    <button type="submit">Change it</button>
  </div>
</form>`,
  };
}
