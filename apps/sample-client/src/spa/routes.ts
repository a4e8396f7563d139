import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { type SpaSettings, spaPage } from './view.ts';

export const SPA_PATH = '/spa';

const SCRIPTS = {
  'main.js': new URL('./browser/main.js', import.meta.url),
  'connection.js': new URL('./browser/connection.js', import.meta.url),
  'note-item.js': new URL('./browser/note-item.js', import.meta.url),
  // The same library that this client's server uses, from where npm has put it: one file, without imports.
  'oauth4webapi.js': new URL(import.meta.resolve('oauth4webapi')),
};

/**
 * Adds a single-page application: a public client that runs in the browser (OAuth 2.1 for browser-based applications), to compare with this client, whose tokens
 * stay on its server. It has no session here, and no route of this server does anything for it but hand out its files.
 */
export function registerSpa(
  app: FastifyInstance,
  options: { baseUrl: string; issuer: string; clientId: string; resource: string; scope: string },
): void {
  const { baseUrl, issuer, clientId, resource, scope } = options;
  const settings: SpaSettings = { issuer, clientId, resource, scope, redirectUri: `${baseUrl}${SPA_PATH}/callback`, home: SPA_PATH };
  const script = { path: `${SPA_PATH}/main.js`, connectTo: [new URL(issuer).origin, new URL(resource).origin] };
  // The answer of the authorization server comes to the second address: the scripts read it, this server does not.
  for (const path of [SPA_PATH, `${SPA_PATH}/callback`])
    app.get(path, async (_request, reply) => reply.page(spaPage(settings), { script }));

  for (const [name, file] of Object.entries(SCRIPTS)) {
    const content = readFileSync(fileURLToPath(file), 'utf8');
    app.get(`${SPA_PATH}/${name}`, { logLevel: 'warn' }, async (_request, reply) =>
      reply.type('text/javascript; charset=utf-8').header('cache-control', 'no-cache').send(content),
    );
  }
}
