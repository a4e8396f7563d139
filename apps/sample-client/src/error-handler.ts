import { html } from '@rolecall/service-kit/pages/html';
import { StoreUnavailableError } from '@rolecall/storage/store-unavailable-error';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { PeerError } from './peer-error.ts';
import { NotRegisteredError } from './registration/not-registered-error.ts';

interface Words {
  status: number;
  title: string;
  text: string;
  /** What another server said, in its words. */
  said?: string;
}

/** Writes the page for every error. What went wrong inside is logged and never sent. */
export function errorHandler(
  error: FastifyError | PeerError | StoreUnavailableError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const words = wordsFor(error);
  if (words.status >= 500) request.log.error({ err: error }, 'failed');
  // The framework's own messages repeat the address, and with it a code: its error codes say enough.
  else request.log.info({ status: words.status, cause: 'code' in error ? error.code : error.message }, 'refused');
  if (!hasPages(reply))
    return reply
      .code(words.status)
      .headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
      .type('text/plain; charset=utf-8')
      .send(words.text);
  return reply.page({ title: words.title, body: bodyOf(words) }, { status: words.status });
}

/** Writes the page for an address that does not exist. */
export function notFoundHandler(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const words = { status: 404, title: 'There is no such page', text: 'The address may have been typed wrongly.' };
  return reply.page({ title: words.title, body: bodyOf(words) }, { status: 404 });
}

/** False for an address that the router itself refuses (it cannot be decoded, or a part of it is too long): there are no routes, pages and headers then. */
const hasPages = (reply: object): boolean => 'page' in reply;

function bodyOf({ title, text, said }: Words): string {
  return html`<h1>${title}</h1>
<p>${text}</p>
!${said === undefined ? '' : html`<p>It said: <code>${said}</code></p>`}
<p class="actions"><a class="button quiet" href="/">Start page</a></p>`;
}

function wordsFor(error: FastifyError | PeerError | StoreUnavailableError): Words {
  if (error instanceof NotRegisteredError)
    return {
      status: error.statusCode,
      title: 'The authorization server does not know this client',
      text: `Somebody has to register this client at ${error.issuer} and give it the id and the secret (CLIENT_ID, CLIENT_SECRET): it could not do so by itself.`,
      ...(error.refusal !== undefined && { said: [error.refusal.error, error.refusal.description].filter(Boolean).join(': ') }),
    };
  if (error instanceof PeerError)
    return {
      status: 503,
      title: `The ${error.peer} is not available`,
      text: 'It cannot be reached just now, or its answer cannot be used. Please try again in a moment.',
    };
  if (error instanceof StoreUnavailableError)
    return {
      status: 503,
      title: 'This client is not available',
      text: 'It cannot reach the place where it keeps who is connected. Please try again in a moment.',
    };
  const status = error.statusCode ?? 500;
  if (status === 403)
    return {
      status,
      title: 'This form is out of date',
      text: 'It was opened in another session, or too long ago. Go back, reload the page and try again.',
    };
  if (status === 413) return { status, title: 'That is too large', text: 'This client does not take that much at once.' };
  if (status >= 400 && status < 500)
    return { status, title: 'This request cannot be understood', text: 'It is malformed, or not of a kind that this page takes.' };
  return { status: 500, title: 'Something went wrong here', text: 'It is not your fault. Please try again in a moment.' };
}
