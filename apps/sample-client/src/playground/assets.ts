import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';

const TYPES = { css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8' } as const;
const FILES = ['playground.css', 'main.js', 'diagram.js', 'details.js', 'elements.js', 'lab-panel.js', 'lesson-panel.js'] as const;

/** The page's stylesheet and scripts, as they are in the folder `browser`. */
export function registerAssets(app: FastifyInstance): void {
  for (const file of FILES) {
    const content = readFileSync(new URL(`./browser/${file}`, import.meta.url), 'utf8');
    const type = TYPES[file.endsWith('.css') ? 'css' : 'js'];
    app.get(`/assets/${file}`, { logLevel: 'warn' }, async (_request, reply) => reply.type(type).send(content));
  }
}
