import type { OAuthErrorCode } from '@rolecall/contracts/error-codes';
import { html } from '@rolecall/service-kit/pages/html';
import { StoreUnavailableError } from '@rolecall/storage/store-unavailable-error';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { OAuthError } from './oauth-error.ts';
import { PageError } from './page-error.ts';

const STORE_RETRY_AFTER_SECONDS = '5';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How this route tells of errors: to a program (the default) or to a person. */
    errors?: 'json' | 'page';
  }
}

/** Writes every error's answer. What went wrong inside is logged and never sent. */
export function errorHandler(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = toRefusal(error);
  if (refusal.status >= 500) request.log.error({ err: error }, 'failed');
  else request.log.info({ error: refusal.code ?? refusal.title, cause: causeOf(error) }, 'refused');
  // An answer that could not be given after all may have had a place to go to.
  reply.removeHeader('location').code(refusal.status).headers(refusal.headers);
  return request.routeOptions.config?.errors === 'page' ? sendPage(reply, refusal) : sendJson(reply, refusal);
}

/** An address that leads nowhere: a page for people, whose browsers ask for HTML, and JSON for programs. */
export function notFoundHandler(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal: Refusal = {
    status: 404,
    headers: {},
    title: 'There is nothing here',
    description: 'There is nothing here.',
  };
  reply.code(refusal.status).header('vary', 'accept');
  if (!/\btext\/html\b/i.test(request.headers.accept ?? '')) return sendJson(reply, refusal);
  return sendPage(reply, {
    ...refusal,
    description: 'This address leads nowhere. If you typed it, look at it again; if a link brought you here, it is out of date.',
  });
}

/** What the log is told. The framework's own messages repeat the address, and with it whatever was sent in it: its error codes say enough. */
function causeOf(error: Error): unknown {
  if (error instanceof OAuthError || error instanceof PageError) return error.cause ?? error.message;
  return 'code' in error ? error.code : error.message;
}

interface Refusal {
  status: number;
  headers: Readonly<Record<string, string>>;
  title: string;
  description: string;
  code?: OAuthErrorCode;
}

function toRefusal(error: FastifyError | OAuthError | PageError): Refusal {
  if (error instanceof OAuthError)
    return {
      status: error.status,
      headers: error.headers,
      title: isForLater(error.status) ? 'Please try again in a moment' : 'This request cannot be accepted',
      description: error.description,
      code: error.code,
    };
  if (error instanceof PageError)
    return {
      status: error.status,
      headers: error.headers,
      title: error.title,
      description: error.message,
      ...(isForLater(error.status) && { code: 'temporarily_unavailable' as const }),
    };
  const status = error.statusCode ?? 500;
  if (error instanceof StoreUnavailableError)
    return {
      status,
      headers: { 'retry-after': STORE_RETRY_AFTER_SECONDS },
      title: 'Please try again in a moment',
      description: 'This server cannot do its work just now.',
      code: 'temporarily_unavailable',
    };
  if (status === 403)
    return {
      status,
      headers: {},
      title: 'This form is out of date',
      description: 'It was opened in another session, or too long ago. Go back, reload the page and try again.',
    };
  if (status >= 400 && status < 500)
    return {
      status: error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' ? 400 : status,
      headers: {},
      title: 'This request cannot be understood',
      description: clientErrorText(error),
    };
  return {
    status: 500,
    headers: {},
    title: 'Something went wrong here',
    description: 'It is not your fault. Please try again in a moment.',
    code: 'server_error',
  };
}

/** It is not the request that is wrong. */
const isForLater = (status: number): boolean => status === 429 || status === 503;

/** Framework errors repeat parts of the request: words of our own instead. */
function clientErrorText(error: FastifyError): string {
  if (error.statusCode === 413) return 'The request is too large.';
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return 'A body of this content type is not read here.';
  return error.code === undefined ? error.message : 'The request is malformed.';
}

function sendJson(reply: FastifyReply, refusal: Refusal): FastifyReply {
  return reply
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(JSON.stringify({ error: refusal.code ?? 'invalid_request', error_description: refusal.description }));
}

function sendPage(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const body = html`<h1>${refusal.title}</h1><p>${refusal.description}</p>`;
  return reply.page({ title: refusal.title, body }, { status: refusal.status });
}
