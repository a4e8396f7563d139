import type { FastifyInstance } from 'fastify';
import { InvalidRequestError } from './invalid-request.ts';

/**
 * Makes JSON the only kind of body (others are answered with 415) and reads it strictly: bytes that are not UTF-8 are refused,
 * where the framework's own parser would put other characters in their place (RFC 8259 §8.1).
 */
export function acceptOnlyJson(app: FastifyInstance): void {
  const parseText = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (request.headers['content-encoding'] !== undefined)
      return done(new InvalidRequestError('a compressed body is not read here', [], 415));
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(body as Buffer);
    } catch {
      return done(new InvalidRequestError('the body is not valid UTF-8'));
    }
    void parseText(request, text, done);
  });
}
