import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { RequestLog } from './request-log.ts';
import { securityHeaders } from './security-headers.ts';
import { trustedProxies, withoutPorts } from './trusted-proxies.ts';

export interface AppOptions {
  logger: Logger;
  /** Whose `X-Forwarded-*` headers are believed: addresses or networks, separated by commas. Nobody's by default. */
  trustedProxies?: string | undefined;
  /** True where the service is reached by https: browsers are then told to stay there (RFC 6797). */
  https: boolean;
  /** The greatest request body in bytes. Larger ones are answered with 413. */
  bodyLimit?: number;
  /** Writes the answer for every error, those of the framework included. */
  errorHandler: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => unknown;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Where it came from, as `ip` says, which looks for it anew each time that it is asked. Empty where nobody can tell any more. */
    address: string;
  }
}

const REQUEST_TIMEOUT_MILLISECONDS = 15_000;
const NO_QUERY = Object.freeze({});

/** A Fastify instance with what is the same in every role: limits, time-outs, request ids, security headers, logs without secrets. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: options.logger,
    logController: new RequestLog(),
    bodyLimit: options.bodyLimit ?? 64 * 1024,
    requestTimeout: REQUEST_TIMEOUT_MILLISECONDS,
    trustProxy: options.trustedProxies === undefined ? false : trustedProxies(options.trustedProxies),
    // A request id that the caller chooses could forge log lines: ours only.
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    forceCloseConnections: 'idle',
    // A URL that cannot be decoded never reaches a route, nor its error handler.
    frameworkErrors: (error, request, reply) => answerFrameworkError(options, error, request as FastifyRequest, reply as FastifyReply),
    // Queries are read where they are needed, strictly, by ./parameters.ts or ./query.ts.
    routerOptions: { maxParamLength: 256, querystringParser: () => NO_QUERY },
  }) as unknown as FastifyInstance;
  app.setErrorHandler(options.errorHandler);
  closeConnectionsWhileClosing(app);
  app.decorateRequest('address', '');
  const headers = securityHeaders(options.https);
  app.addHook('onRequest', (request, reply, done) => {
    // Before anybody asks where the request came from.
    const { headers: sent } = request.raw;
    if (typeof sent['x-forwarded-for'] === 'string') sent['x-forwarded-for'] = withoutPorts(sent['x-forwarded-for']);
    // A connection that was reset before it was asked about has no address any more, whatever the type says.
    request.address = request.ip ?? '';
    reply.headers(headers);
    done();
  });
  return app;
}

/** A connection that is kept alive after its last answer would hold up the end of the process until the other side drops it. */
function closeConnectionsWhileClosing(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });
}

/** What decorates replies may not be there for an address that has no route: an error handler that relies on it must not end the process. */
function answerFrameworkError({ errorHandler }: AppOptions, error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  try {
    errorHandler(error, request, reply);
  } catch (failure) {
    request.log.error({ err: failure }, 'the error handler failed');
    void reply
      .code(error.statusCode ?? 400)
      .type('text/plain; charset=utf-8')
      .send('This request cannot be understood.');
  }
}
