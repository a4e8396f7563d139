import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { layout, type Page } from './layout.ts';

const STYLESHEET = readFileSync(new URL('./style.css', import.meta.url), 'utf8');
const VERSION = createHash('sha256').update(STYLESHEET).digest('hex').slice(0, 12);
const STYLESHEET_PATH = `/assets/style-${VERSION}.css`;

export interface PageOptions {
  status?: number;
  /**
   * Where else a form on this page may end up. Browsers apply `form-action` to every redirect that follows a form post,
   * so a form that leads back to a client has to name that client's origin.
   */
  formTargets?: readonly string[];
  /** A module of this service that makes the page, and the origins that it may talk to beside its own. No other script runs. */
  script?: { path: string; connectTo: readonly string[] };
}

declare module 'fastify' {
  interface FastifyReply {
    /** Answers with a page: never cached, never framed, without scripts unless it is said. */
    page(page: Page, options?: PageOptions): FastifyReply;
  }
}

/**
 * Adds `reply.page()` and the stylesheet that all roles share.
 *
 * @param role is shown on every page.
 * @param basePath goes before the stylesheet's path, for a service that lives below a path.
 */
export function registerPages(app: FastifyInstance, role: string, basePath = ''): void {
  const stylesheetPath = basePath + STYLESHEET_PATH;
  app.get(stylesheetPath, { logLevel: 'warn' }, async (_request, reply) =>
    reply.type('text/css; charset=utf-8').header('cache-control', 'public, max-age=31536000, immutable').send(STYLESHEET),
  );

  app.decorateReply('page', function (this: FastifyReply, page: Page, options: PageOptions = {}) {
    const policy = [
      "default-src 'none'",
      "style-src 'self'",
      'img-src data:',
      `form-action ${["'self'", ...(options.formTargets ?? [])].join(' ')}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
      ...(options.script ? scriptPolicy(options.script.connectTo) : []),
    ];
    return this.code(options.status ?? 200)
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('content-security-policy', policy.join('; '))
      .send(layout(page, role, stylesheetPath, options.script?.path));
  });
}

/** Scripts come from files of this service alone, and cannot make markup from text. */
const scriptPolicy = (connectTo: readonly string[]): string[] => [
  "script-src 'self'",
  `connect-src ${connectTo.join(' ')}`,
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
];
