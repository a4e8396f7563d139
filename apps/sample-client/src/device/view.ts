import { html } from '@rolecall/service-kit/pages/html';
import { CSRF_FIELD } from '@rolecall/service-kit/sessions';
import { renderSVG } from 'uqr';
import { said } from '../said.ts';
import type { DeviceAuthorization } from './device-authorization.ts';

const TITLE = 'On a device without keyboard';
const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'UTC' });

/** What will happen, and the button for it. */
export function startPage({ issuer, csrfToken }: { issuer: string; csrfToken: string }) {
  return {
    title: TITLE,
    body: html`<h1>${TITLE}</h1>
<p>A television or a printer cannot show you a login page. It shows a short code instead, which you type in on your phone or computer, at the authorization server <strong>${issuer}</strong>.
There you log in and decide, and the device finds out.</p>
!${form('/device', 'Show me a code', csrfToken)}
<p class="after"><a href="/">Start page</a></p>`,
  };
}

/** The page where the authorization server knows no device grant. */
export function notOfferedPage({ issuer }: { issuer: string }) {
  return {
    title: TITLE,
    body: html`<h1>${TITLE}</h1>
<p class="notice">The authorization server <strong>${issuer}</strong> does not offer this: its metadata names no <code>device_authorization_endpoint</code>.</p>
<p class="actions"><a class="button" href="/">Start page</a></p>`,
  };
}

/** The code, and where to go with it. Loads itself again until the user has decided. */
export function waitingPage({ pending, csrfToken }: { pending: DeviceAuthorization; csrfToken: string }) {
  const { userCode, verificationUri, completeUri = verificationUri, expiresAt } = pending;
  return {
    title: 'Your code',
    body: html`<h1>Your code</h1>
<p>On your phone or computer, open <a href="${verificationUri}" rel="noreferrer" target="_blank">${verificationUri}</a> and enter:</p>
<p class="device-code">${userCode}</p>
<p>Or scan this, and compare the code before you agree:</p>
<div class="qr" role="img" aria-label="QR code with the address ${completeUri}">!${renderSVG(completeUri, { border: 4 })}</div>
<p class="notice" role="status">Waiting for you. The code is good until ${time.format(expiresAt)} UTC; this page looks by itself whether you have decided.</p>
<div class="actions"><a class="button" href="/device">Look now</a>!${form('/device/cancel', 'Cancel', csrfToken, 'quiet')}</div>`,
  };
}

const ENDS = {
  denied: { title: 'You did not allow access', text: 'That is fine: this device got nothing, and nothing was changed.' },
  expired: { title: 'The code has expired', text: 'Nobody decided in time. Nothing was changed.' },
  refused: { title: 'The authorization server refused', text: 'It did not give this device access to your notes.' },
} as const;

/** How it ended, when not with access. */
export function endPage({ end, csrfToken }: { end: NonNullable<DeviceAuthorization['end']>; csrfToken: string }) {
  const { title, text } = ENDS[end.kind];
  return {
    title,
    body: html`<h1>${title}</h1>
<p>${text}</p>
!${end.refusal === undefined ? '' : said(end.refusal)}
<div class="actions">!${form('/device', 'Show me another code', csrfToken)}!${form('/device/cancel', 'Start page', csrfToken, 'quiet')}</div>`,
  };
}

function form(action: string, label: string, csrfToken: string, kind = ''): string {
  return html`<form method="post" action="${action}">
<input type="hidden" name="${CSRF_FIELD}" value="${csrfToken}">
<button class="${kind}">${label}</button>
</form>`;
}
