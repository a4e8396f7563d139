import { html } from '@rolecall/service-kit/pages/html';
import { CSRF_FIELD } from '@rolecall/service-kit/sessions';
import type { Draft } from '../session.ts';
import type { Access } from '../access/access.ts';
import { missingScopes } from '../sign-in/scope.ts';
import { navigation } from './navigation.ts';
import type { Note, NotePage } from './payload.ts';

const time = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });

/** Everything on the page of notes. */
export interface NotesFacts {
  access: Access;
  page: NotePage;
  /** What was typed and could not be saved yet. */
  draft: Draft | undefined;
  csrfToken: string;
}

/** The user's notes, a form to add one, and what this client may do. */
export function notesPage({ access, page, draft, csrfToken }: NotesFacts) {
  const items = page.notes.map((note) => noteItem(note, csrfToken)).join('');
  const body = html`<h1>Your notes</h1>
!${draft === undefined ? '' : html`<p class="notice" role="status">Your note is not saved yet: it is in the form below.</p>`}
!${items === '' ? html`<p>You have no notes yet.</p>` : html`<ul class="plain">!${items}</ul>`}
!${page.next_cursor === undefined ? '' : html`<p><a href="/notes?${new URLSearchParams({ cursor: page.next_cursor })}">Older notes</a></p>`}
<h2>Add a note</h2>
!${noteForm({ draft, csrfToken })}
!${accessSection(access)}`;
  return { title: 'Your notes', width: 'wide' as const, header: navigation(csrfToken), body };
}

/** The form alone, with what was typed and why it was not accepted. */
export function notAcceptedPage(facts: { draft: Draft; reason: string; csrfToken: string }) {
  const body = html`<h1>Add a note</h1>
<p class="notice error" role="alert" id="reason">The note was not saved: ${facts.reason}</p>
!${noteForm({ ...facts, describedBy: 'reason' })}
<p><a href="/notes">Back to your notes</a></p>`;
  return { title: 'Not saved: add a note', width: 'wide' as const, header: navigation(facts.csrfToken), body };
}

function noteItem(note: Note, csrfToken: string): string {
  return html`<li>
<div class="row">
<h2 class="item">${note.title}</h2>
<form method="post" action="/notes/${note.id}/delete">
<input type="hidden" name="${CSRF_FIELD}" value="${csrfToken}">
<button class="quiet small" aria-label="Delete the note: ${note.title}">Delete</button>
</form>
</div>
!${note.body === '' ? '' : html`<p class="written">${note.body}</p>`}
<p class="soft"><time datetime="${note.created_at}">${time.format(new Date(note.created_at))} UTC</time></p>
</li>`;
}

function noteForm(facts: { draft: Draft | undefined; csrfToken: string; describedBy?: string }): string {
  const described = facts.describedBy === undefined ? '' : html` aria-describedby="${facts.describedBy}"`;
  return html`<form method="post" action="/notes">
<input type="hidden" name="${CSRF_FIELD}" value="${facts.csrfToken}">
<div class="field"><label for="title">Title</label><input id="title" name="title" required maxlength="200" autocomplete="off" value="${facts.draft?.title}"!${described}></div>
<div class="field"><label for="body">Text (may be empty)</label><textarea id="body" name="body"!${described}>
${facts.draft?.body}</textarea></div>
<button>Add the note</button>
</form>`;
}

function accessSection(access: Access): string {
  const missing = missingScopes(access.requestedScope, access.scope);
  return html`<section aria-labelledby="access">
<h2 id="access">What this client may do</h2>
!${missing.length === 0 ? '' : html`<p class="notice">It asked for more than it was given. Not given: <strong>${missing.join(', ')}</strong>. You will be asked again when something needs it.</p>`}
<dl>
<dt>Granted</dt><dd>${access.scope ?? 'not said by the authorization server'}</dd>
<dt>By the authorization server</dt><dd>${access.issuer}</dd>
<dt>For the API</dt><dd>${access.resource}</dd>
<dt>Until</dt><dd>${access.expiresAt === undefined ? 'not said' : `${time.format(access.expiresAt)} UTC`}</dd>
</dl>
<p class="soft">The access token itself stays on this client's server. Your browser has never seen it.</p>
</section>`;
}
