import { InvalidRequestError } from '@rolecall/service-kit/invalid-request';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

/** What the framework refuses, in our words: its own repeat parts of the request. */
const FRAMEWORK_PROBLEMS: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'the path is not valid percent-encoded UTF-8',
  FST_ERR_CTP_BODY_TOO_LARGE: 'the body is too large',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'the body is empty',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'the body does not have the length that was announced',
  FST_ERR_CTP_INVALID_JSON_BODY: 'the body is not valid JSON',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'the body must be application/json',
  FST_ERR_MAX_PARAM_LENGTH: 'the path is too long',
};

const STORE_RETRY_AFTER_SECONDS = 5;

/**
 * Answers every error with JSON: `invalid_request` for what the caller can mend, 503 for what may work later, and 500 without a word of the cause
 * for what should not have happened. Whom the guard does not let in, it answers itself.
 */
export function errorHandler(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.header('cache-control', 'no-store');
  const status = error.statusCode ?? 500;
  if (status === 503) {
    request.log.error({ err: error }, 'not possible now');
    return reply
      .code(503)
      .header('retry-after', STORE_RETRY_AFTER_SECONDS)
      .send({ error: 'temporarily_unavailable', error_description: 'try again later' });
  }
  if (status >= 400 && status < 500) return reply.code(status).send(refusal(error));
  request.log.error({ err: error }, 'unexpected error');
  return reply.code(500).send({ error: 'server_error', error_description: 'something went wrong here' });
}

function refusal(error: FastifyError) {
  if (error instanceof InvalidRequestError)
    return { error: 'invalid_request', error_description: error.message, ...(error.details.length > 0 && { details: error.details }) };
  return { error: 'invalid_request', error_description: FRAMEWORK_PROBLEMS[error.code] ?? 'the request is malformed' };
}
