import { PassThrough, pipeline } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Exchange, LogLine, Role } from './exchange.ts';
import { keepText, type KeptText } from './kept-text.ts';
import type { Recorder } from './recorder.ts';
import { isUnseen, newSpan, readTraceContext, whileAnswering } from './trace-context.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Its record. Null for what is not recorded: the lab's own traffic, health checks, stylesheets. */
    exchange: Exchange | null;
  }
}

export interface ReceivedOptions {
  role: Role;
  recorder: Recorder;
  /** Paths that are of no interest. */
  ignores: (path: string) => boolean;
}

/** What is left to do once requests are recorded. */
export interface Receiving {
  /** Where log lines go that are written while a request is answered, by the request's id. */
  addLine(requestId: string, line: LogLine): void;
  /** Has to be called after whatever changes answers on their way: they are recorded as they leave. */
  recordResponses(): void;
}

/** Records every request that a role answers. */
export function recordReceived(app: FastifyInstance, { role, recorder, ignores }: ReceivedOptions): Receiving {
  const open = new Map<string, Exchange>();
  const bodies = new WeakMap<Exchange, KeptText>();
  const responses = new WeakMap<Exchange, KeptText>();
  app.decorateRequest('exchange', null);

  app.addHook('onRequest', (request, reply, done) => {
    if (ignores(pathOf(request)) || isUnseen(request.headers)) return done();
    const { parent, from } = readTraceContext(request.headers);
    const span = newSpan(parent?.traceId);
    const record: Exchange = {
      id: span.spanId,
      sequence: 0,
      reporter: role,
      direction: 'received',
      ...span,
      ...(parent && { parentSpanId: parent.spanId }),
      from,
      to: role,
      startedAt: performance.timeOrigin + performance.now(),
      request: {
        method: request.method,
        url: urlOf(request),
        headers: pairs(request.raw.rawHeaders),
      },
      log: [],
    };
    request.exchange = record;
    open.set(request.id, record);
    recorder.report(record);
    let answered = false;
    reply.raw.once('finish', () => {
      answered = true;
      // Not when the connection has been left: who asked goes on by then.
      record.milliseconds = performance.timeOrigin + performance.now() - record.startedAt;
    });
    reply.raw.once('close', () => finish(request, record, reply, answered));
    whileAnswering(record, done);
  });

  app.addHook('preParsing', (request, _reply, payload, done) => {
    const record = request.exchange;
    if (record === null) return done(null, payload);
    const body = keepText();
    bodies.set(record, body);
    const through = Object.assign(new PassThrough(), { receivedEncodedLength: 0 });
    through.on('data', (chunk: Buffer) => {
      through.receivedEncodedLength += chunk.length;
      body.add(chunk);
    });
    // Paused until somebody reads it: a listener alone would let it flow away.
    through.pause();
    pipeline(payload, through, () => {});
    done(null, through);
  });

  // Reading the body has left what runs while the request is answered: it is entered anew.
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.exchange === null) return done();
    addBody(request.exchange);
    whileAnswering(request.exchange, done);
  });

  const addBody = (record: Exchange): void => {
    const body = bodies.get(record)?.text();
    if (body !== undefined) record.request.body = body;
  };

  const finish = (request: FastifyRequest, record: Exchange, reply: FastifyReply, answered: boolean): void => {
    addBody(record);
    record.milliseconds ??= performance.timeOrigin + performance.now() - record.startedAt;
    const body = responses.get(record)?.text();
    if (answered) record.response = { status: reply.statusCode, headers: sentHeaders(reply), ...(body !== undefined && { body }) };
    else record.failure = 'the connection ended before the response did';
    // The response's own log line comes after its end.
    setImmediate(() => {
      open.delete(request.id);
      recorder.report(record);
    });
  };

  return {
    addLine: (requestId, line) => open.get(requestId)?.log.push(line),
    recordResponses: () => {
      app.addHook('onSend', (request, _reply, payload, done) => {
        // What answers a HEAD request has the length of a body, and no body.
        if (request.exchange !== null && request.method !== 'HEAD' && (typeof payload === 'string' || Buffer.isBuffer(payload))) {
          const body = keepText();
          body.add(payload);
          responses.set(request.exchange, body);
        }
        done(null, payload);
      });
    },
  };
}

/** Absolute, and an address that can be read, whatever the request says of its host or its target (`*`, another server's address). */
function urlOf(request: FastifyRequest): string {
  const { url = '' } = request.raw;
  const address = `${request.protocol}://${request.host}${url}`;
  if (url.startsWith('/') && request.host !== '' && URL.canParse(address)) return address;
  return `${request.protocol}://unknown.invalid/${url.replace(/^\//, '')}`;
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}

function pairs(raw: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) found.push([(raw[index] as string).toLowerCase(), raw[index + 1] as string]);
  return found;
}

function sentHeaders(reply: FastifyReply): [string, string][] {
  return Object.entries(reply.getHeaders()).flatMap(([name, value]) =>
    [value ?? []].flat().map((each): [string, string] => [name, String(each)]),
  );
}
