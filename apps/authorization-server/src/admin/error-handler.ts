import { challenge } from '@rolecall/contracts/bearer/challenge';
import { BearerError } from '@rolecall/contracts/bearer/error';
import { InvalidRequestError } from '@rolecall/service-kit/invalid-request';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { errorHandler } from '../error-handler.ts';
import { Refusal } from './refusal.ts';

/** What the framework refuses, in our words: its own repeat parts of the request. */
const FRAMEWORK_PROBLEMS: Readonly<Record<string, string>> = {
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty.',
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not valid JSON.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'The body must be application/json.',
};

/**
 * Makes the handler of errors in the administration: a challenge for access tokens (RFC 6750 §3), the problem of each field, what is missing or in the way.
 * Everything else is told as everywhere on this server.
 *
 * @param resourceMetadata the address of the administration's metadata, named by every challenge (RFC 9728 §5.1).
 */
export function createAdminErrorHandler(resourceMetadata: string) {
  return (
    error: FastifyError | BearerError | InvalidRequestError | Refusal,
    request: FastifyRequest,
    reply: FastifyReply,
  ): FastifyReply => {
    const answer = answerTo(error);
    if (answer === undefined) return errorHandler(error as FastifyError, request, reply);
    request.log.info({ error: answer.error ?? 'no credentials' }, 'refused');
    if (error instanceof BearerError) {
      const scopes = request.routeOptions.config.anyOfScopes?.slice(0, 1) ?? [];
      reply.header('www-authenticate', challenge(error, { realm: 'administration', resourceMetadata, scopes }));
    }
    return reply
      .code(error.statusCode ?? 400)
      .header('cache-control', 'no-store')
      .send(answer);
  };
}

function answerTo(error: FastifyError | BearerError | InvalidRequestError | Refusal) {
  if (error instanceof BearerError) return { ...(error.code && { error: error.code }), error_description: error.message };
  if (error instanceof Refusal) return { error: error.code, error_description: error.message };
  if (error instanceof InvalidRequestError)
    return { error: 'invalid_request', error_description: error.message, ...(error.details.length > 0 && { details: error.details }) };
  const problem = FRAMEWORK_PROBLEMS[error.code];
  return problem === undefined ? undefined : { error: 'invalid_request', error_description: problem };
}
