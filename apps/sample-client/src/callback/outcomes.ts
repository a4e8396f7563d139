import { html } from '@rolecall/service-kit/pages/html';
import { said } from '../said.ts';
import type { Refusal } from './authorization-response.ts';

interface Outcome {
  status: number;
  title: string;
  text: string;
}

/** How a sign-in ends when it does not end with access. Each has an address of its own, free of codes and states. */
const OUTCOMES = {
  denied: {
    status: 200,
    title: 'You did not allow access',
    text: 'That is fine: this client got nothing, and nothing was changed. You can connect whenever you like.',
  },
  unknown: {
    status: 400,
    title: 'This answer belongs to nothing that was asked here',
    text: 'It was begun in another browser, took longer than ten minutes or has been used already. Nothing was done with it.',
  },
  untrusted: {
    status: 400,
    title: 'This answer cannot be trusted',
    text: 'It is not what the authorization server that was asked may send, so this client stopped. Nothing was done with it.',
  },
  refused: {
    status: 502,
    title: 'The authorization server refused',
    text: 'It did not give this client access to your notes.',
  },
  unavailable: {
    status: 503,
    title: 'The authorization server is not available',
    text: 'It cannot be reached just now, or its answer cannot be used. Please try again in a moment.',
  },
} as const satisfies Record<string, Outcome>;

export type OutcomeName = keyof typeof OUTCOMES;

export const isOutcomeName = (name: string): name is OutcomeName => Object.hasOwn(OUTCOMES, name);

/** The page for an outcome, and its status. */
export function outcomePage(name: OutcomeName, facts: { refusal: Refusal | undefined; connected: boolean }) {
  const { status, title, text } = OUTCOMES[name];
  const { refusal } = facts;
  const body = html`<h1>${title}</h1>
<p>${text}</p>
!${name === 'refused' && refusal !== undefined ? said(refusal) : ''}
<p class="actions">!${facts.connected ? html`<a class="button" href="/notes">Back to your notes</a>` : html`<a class="button" href="/">Start again</a>`}</p>`;
  return { status, page: { title, body } };
}
