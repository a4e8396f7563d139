import { html } from './html.ts';

export interface Page {
  /** What the page is about: the title of the window and of the document. */
  title: string;
  /** The content of `<main>`, HTML. */
  body: string;
  /** Narrow for a form, wide for an application. */
  width?: 'narrow' | 'wide';
  /** HTML before `<main>`, for example a navigation. */
  header?: string;
}

/** The whole document around a page. */
export function layout(page: Page, role: string, stylesheetPath: string, scriptPath?: string): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${page.title} · ${role}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${stylesheetPath}">
!${scriptPath === undefined ? '' : html`<script type="module" src="${scriptPath}"></script>`}
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="role"><span class="role-name">${role}</span></header>
!${page.header ?? ''}
<main id="main" class="${page.width ?? 'narrow'}">
!${page.body}
</main>
</body>
</html>
`;
}
