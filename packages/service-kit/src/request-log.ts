import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';

/** One line for each request, once it has been answered: what was asked, by whom, the answer's status and the milliseconds that it took. */
export class RequestLog extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const line = { req: request, res: reply, responseTime: reply.elapsedTime };
    if (error) request.log.error({ ...line, err: error }, 'request failed');
    else request.log.info(line, 'request completed');
  }
}
