import { html } from '@rolecall/service-kit/pages/html';
import type { Page } from '@rolecall/service-kit/pages/layout';
import { CSRF_FIELD } from '@rolecall/service-kit/sessions';
import type { AllowedClient, AllowedResource, Device, OpenSession, Overview } from './overview.ts';

export interface AccountView extends Overview {
  /** The path that everything here is below. */
  account: string;
  logout: string;
  csrfToken: string;
  userName: string;
  /** Where the password is changed, if it can be. */
  password?: string;
  /** What has just been done. */
  done?: string;
}

/** How many browsers are shown of one client: the last ones that it was used with. */
const SHOWN_DEVICES = 5;

/** The user's own page: what is allowed, to whom, and where the user is logged in. */
export function accountPage(view: AccountView): Page {
  const done = view.done === undefined ? '' : html`<p class="notice good" role="status">${view.done}</p>`;
  const others = view.sessions.some(({ isThis }) => !isThis);
  return {
    title: 'Your account',
    width: 'wide',
    header: html`<nav class="bar" aria-label="Your account"><a class="button quiet small" href="${view.logout}">Log out</a></nav>`,
    body: html`
<h1>Your account</h1>
<p>You are logged in as <strong>${view.userName}</strong>.!${view.password === undefined ? '' : html` <a href="${view.password}">Change your password</a>`}</p>
!${done}
<section>
  <h2>Applications that you have allowed to act for you</h2>
  !${view.clients.length === 0 ? html`<p class="soft">There are none.</p>` : html`<ul class="plain">!${view.clients.map((client) => clientItem(client, view))}</ul>`}
</section>
<section>
  <h2>Where you are logged in</h2>
  <ul class="plain">!${view.sessions.map((session) => sessionItem(session, view))}</ul>
  !${others ? form(view, '/sessions/end-others', {}, html`<button type="submit" class="quiet">Log out everywhere but here</button>`) : ''}
</section>`,
  };
}

function clientItem(client: AllowedClient, view: AccountView): string {
  const mark = client.verified ? '' : html` <span class="soft">(nobody has checked who is behind it)</span>`;
  const lastUsed = client.lastUsed === undefined ? 'not in use now' : html`last used !${time(client.lastUsed)}`;
  return html`<li>
  <div class="row">
    <h3 class="item">${client.name}!${mark}</h3>
    !${form(
      view,
      '/applications/withdraw',
      { client: client.clientId },
      html`<button type="submit" class="quiet small" aria-label="${`Take it back: what ${client.name} may do`}">Take it back</button>`,
    )}
  </div>
  <p class="soft">Since !${time(client.since)}, !${lastUsed}</p>
  !${client.resources.map((resource) => resourceRow(resource, client, view))}
  !${client.devices.length === 0 ? '' : html`<p class="soft">Allowed from: !${client.devices.slice(0, SHOWN_DEVICES).map(deviceText).join('; ')}!${more(client.devices.length)}</p>`}
</li>`;
}

/** With a button of its own where there is more than one: else it would be the one above. */
function resourceRow({ identifier, name, allowed, refused }: AllowedResource, client: AllowedClient, view: AccountView): string {
  const what = html`At ${name}: ${allowed.length === 0 ? 'nothing' : allowed.join('; ')}!${refused.length === 0 ? '' : html` <span class="soft">(left out: ${refused.join('; ')})</span>`}`;
  if (client.resources.length === 1) return html`<p>!${what}</p>`;
  return html`<div class="row"><p class="item">!${what}</p> !${form(
    view,
    '/applications/withdraw-at',
    { client: client.clientId, resource: identifier },
    html`<button type="submit" class="quiet small" aria-label="${`Take back this alone: what ${client.name} may do at ${name}`}">Take back this alone</button>`,
  )}</div>`;
}

function more(devices: number): string {
  return devices > SHOWN_DEVICES ? html`; and ${devices - SHOWN_DEVICES} more` : '';
}

function deviceText({ device, address, lastUsed }: Device): string {
  return html`${device}, ${address} (!${time(lastUsed)})`;
}

function sessionItem(session: OpenSession, view: AccountView): string {
  const what = html`<p class="item"><strong>${session.device}</strong>, ${session.address}!${session.isThis ? html` <span class="soft">(this one)</span>` : ''}</p>`;
  const end = session.isThis
    ? ''
    : form(
        view,
        '/sessions/end',
        { session: session.id },
        html`<button type="submit" class="quiet small" aria-label="${`Log out ${session.device}, ${session.address}`}">Log out</button>`,
      );
  return html`<li>
  <div class="row">!${what} !${end}</div>
  <p class="soft">Since !${time(session.since)}, last used !${time(session.lastUsed)}</p>
</li>`;
}

function form(view: AccountView, path: string, fields: Record<string, string>, button: string): string {
  const all = Object.entries({ [CSRF_FIELD]: view.csrfToken, ...fields });
  return html`<form method="post" action="${view.account}${path}">!${all.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}!${button}</form>`;
}

const words = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });

function time(at: number): string {
  return html`<time datetime="${new Date(at).toISOString()}">${words.format(at)} UTC</time>`;
}
