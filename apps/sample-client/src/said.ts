import { html } from '@rolecall/service-kit/pages/html';
import type { Refusal } from './callback/authorization-response.ts';

/** A paragraph with what the authorization server said of an error. HTML. */
export function said({ error, description }: Refusal): string {
  return html`<p>It said: <code>${error}</code>${description === undefined ? '' : `: ${description}`}</p>`;
}
