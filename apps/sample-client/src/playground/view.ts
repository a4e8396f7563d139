import { html } from '@rolecall/service-kit/pages/html';
import type { FastifyReply } from 'fastify';
import type { Lesson } from './lessons/lesson.ts';
import type { Addresses } from './lessons/stage.ts';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const GROUPS = { grant: 'Grants', attack: 'Attacks', fault: 'Faults' } as const;

/** Answers with the page. What happens on it is the work of its scripts. */
export function playgroundPage(reply: FastifyReply, facts: { lessons: readonly Lesson[]; addresses: Addresses }): FastifyReply {
  return reply.type('text/html; charset=utf-8').header('content-security-policy', POLICY).send(document(facts));
}

function document({ lessons, addresses }: { lessons: readonly Lesson[]; addresses: Addresses }): string {
  const described = lessons.map(({ id, group, title, summary, steps }) => ({
    id,
    group,
    title,
    summary,
    steps: steps.map((step) => ({ title: step.title, text: step.text })),
  }));
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Playground · Rolecall</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/playground/assets/playground.css">
<script type="module" src="/playground/assets/main.js"></script>
</head>
<body data-lessons="${JSON.stringify(described)}" data-client="${addresses.client}">
<a class="skip" href="#stage">Skip to the diagram</a>
<header class="bar">
<h1>Playground</h1>
<p class="what">Real requests between the real roles of this machine</p>
<div id="clock" class="clock" role="group" aria-label="Clock of all roles"></div>
<a class="quiet" href="/">To the client</a>
</header>
<noscript><p class="notice">The diagram is drawn by a script: please allow scripts for this page.</p></noscript>
<div class="columns">
<nav class="lessons" aria-label="What to look at">
<button type="button" class="lesson" data-lesson="">Watch everything</button>
!${Object.entries(GROUPS).map(([group, words]) =>
    lessonGroup(
      words,
      lessons.filter((lesson) => lesson.group === group),
    ),
  )}
<section id="faults" aria-labelledby="faults-title"><h2 id="faults-title">Put in a fault</h2></section>
</nav>
<main id="stage" class="stage" tabindex="-1">
<section id="lesson" aria-live="off"></section>
<p id="status" class="status" role="status"></p>
<div class="tools" role="group" aria-label="Diagram">
<button type="button" class="quiet" id="clear">Clear</button>
<a class="quiet" id="har" href="/playground/export?format=har" download>HAR</a>
<a class="quiet" id="mermaid" href="/playground/export?format=mermaid" download>Mermaid</a>
<label class="switch"><input type="checkbox" id="secrets"> Show secrets</label>
</div>
<div id="diagram" class="diagram"></div>
</main>
<aside id="details" class="details" aria-label="The chosen exchange"></aside>
</div>
</body>
</html>
`;
}

function lessonGroup(title: string, lessons: readonly Lesson[]): string {
  const items = lessons.map(
    (lesson) => html`<li><button type="button" class="lesson" data-lesson="${lesson.id}">${lesson.title}</button></li>`,
  );
  return html`<details class="group" !${lessons[0]?.group === 'fault' ? '' : 'open'}>
<summary><h2>${title}</h2></summary>
<ul>!${items}</ul>
</details>`;
}
