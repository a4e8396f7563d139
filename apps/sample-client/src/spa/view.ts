import { html } from '@rolecall/service-kit/pages/html';

/** What the scripts have to know: nothing of it is secret. */
export interface SpaSettings {
  issuer: string;
  clientId: string;
  resource: string;
  redirectUri: string;
  scope: string;
  /** The path of the page itself. */
  home: string;
}

const TITLE = 'Your notes, in the browser alone';

/** The page of the single-page application: all of it is there from the start, and its scripts show what is the case. */
export function spaPage(settings: SpaSettings) {
  const { issuer, clientId, resource, redirectUri, scope, home } = settings;
  const body = html`<div id="app" data-issuer="${issuer}" data-client-id="${clientId}" data-resource="${resource}" data-redirect-uri="${redirectUri}" data-scope="${scope}" data-home="${home}">
<h1>${TITLE}</h1>
<noscript><p class="notice error">This page is made by scripts: please allow them, or use <a href="/">the client without scripts</a>.</p></noscript>
<p id="status" role="status"></p>
<p id="problem" class="notice error" role="alert" hidden></p>
<section id="disconnected" hidden>
<p>This application has no server of its own and no secret. It asks the authorization server at <strong>${issuer}</strong> by itself, and the API at <strong>${resource}</strong> with the token that it gets.
The token is in this page’s memory: load the page anew, and it is gone.</p>
<p class="actions"><button type="button" id="connect">Connect to your notes</button></p>
</section>
<section id="connected" hidden>
<h2 id="notes-title" tabindex="-1">Your notes</h2>
<p id="none" hidden>You have no notes yet.</p>
<ul class="plain" id="notes" aria-labelledby="notes-title"></ul>
<p id="more" class="soft" hidden>There are older notes: <a href="/notes">the client with a server</a> shows them too.</p>
<h2>Add a note</h2>
<form id="add">
<div class="field"><label for="title">Title</label><input id="title" name="title" required maxlength="200" autocomplete="off"></div>
<div class="field"><label for="body">Text (may be empty)</label><textarea id="body" name="body"></textarea></div>
<button>Add the note</button>
</form>
<h2>What this application may do</h2>
<dl>
<dt>Granted</dt><dd id="scope"></dd>
<dt>Until</dt><dd id="until"></dd>
<dt>Renewals</dt><dd id="renewals">0</dd>
</dl>
<p class="actions"><button type="button" id="renew" class="quiet">Renew the access</button><button type="button" id="disconnect" class="quiet">Disconnect</button></p>
</section>
<p class="after"><a href="/">Start page</a></p>
</div>`;
  return { title: TITLE, width: 'wide' as const, body };
}
