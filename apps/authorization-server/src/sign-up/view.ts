import { html } from '@rolecall/service-kit/pages/html';
import type { Page } from '@rolecall/service-kit/pages/layout';
import { CSRF_FIELD } from '@rolecall/service-kit/sessions';
import type { Destination } from '../login/destination.ts';
import { PASSWORD_RULES } from '../login/password-rules.ts';
import { USERNAME_RULES } from './username-rules.ts';

export interface SignUpView {
  action: string;
  csrfToken: string;
  destination: Destination;
  login: string;
  username: string;
  /** What the last try did not get right, and where. */
  problem?: SignUpProblem;
}

export interface SignUpProblem {
  field: 'username' | 'password';
  text: string;
}

/** The page on which somebody makes an account. */
export function signUpPage(view: SignUpView): Page {
  const { name, value } = view.destination.parameter;
  const problem = view.problem === undefined ? '' : html`<p class="notice error" role="alert" id="problem">${view.problem.text}</p>`;
  const wrong = (field: SignUpProblem['field']) =>
    view.problem?.field === field
      ? `aria-invalid="true" aria-describedby="problem ${field}-rules" autofocus`
      : `aria-describedby="${field}-rules"`;
  return {
    title: 'Create an account',
    body: html`
<h1>Create an account</h1>
!${problem}
<form method="post" action="${view.action}">
  <input type="hidden" name="${CSRF_FIELD}" value="${view.csrfToken}">
  <input type="hidden" name="${name}" value="${value}">
  <div class="field">
    <label for="username">Username</label>
    <input id="username" name="username" value="${view.username}" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="64" !${wrong('username')}>
    <p class="soft" id="username-rules">${USERNAME_RULES}</p>
  </div>
  <div class="field">
    <label for="password">Password</label>
    <input id="password" name="password" type="password" autocomplete="new-password" required minlength="8" maxlength="1000" !${wrong('password')}>
    <p class="soft" id="password-rules">${PASSWORD_RULES}</p>
  </div>
  <div class="field">
    <label for="repeated">The password again</label>
    <input id="repeated" name="repeated" type="password" autocomplete="new-password" required maxlength="1000">
  </div>
  <div class="actions"><button type="submit">Create the account</button></div>
</form>
<p class="soft after">You have one already? <a href="${`${view.login}?${name}=${encodeURIComponent(value)}`}">Log in</a></p>`,
  };
}
