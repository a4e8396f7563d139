import type { Exchange, Lane } from './exchange.ts';
import { keepText } from './kept-text.ts';
import type { Recorder } from './recorder.ts';
import { answering, newSpan, traceHeaders } from './trace-context.ts';

export interface SentOptions {
  from: Lane;
  recorder: Recorder;
  /** Which role answers at an origin. */
  laneOf: (origin: string) => Lane | undefined;
}

/** `fetch`, with a record of every request and its response. What is sent while a request is answered belongs to that request's trace. */
export function recordedFetch({ from, recorder, laneOf }: SentOptions): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const to = laneOf(new URL(request.url).origin);
    // Where nobody of ours answers, nobody is told about traces.
    if (to === undefined) return fetch(input, init);
    const parent = answering();
    const span = newSpan(parent?.traceId);
    const headers = new Headers(request.headers);
    for (const [name, value] of Object.entries(traceHeaders(span, from))) headers.set(name, value);
    const body = request.body === null ? undefined : await request.clone().text();
    const record: Exchange = {
      id: span.spanId,
      sequence: 0,
      reporter: from,
      direction: 'sent',
      ...span,
      ...(parent && { parentSpanId: parent.spanId }),
      from,
      to,
      startedAt: performance.timeOrigin + performance.now(),
      request: { method: request.method, url: request.url, headers: [...headers], ...(body !== undefined && { body }) },
      log: [],
    };
    recorder.report(record);
    const finish = (): void => {
      record.milliseconds = performance.timeOrigin + performance.now() - record.startedAt;
      recorder.report(record);
    };
    try {
      const response = await fetch(input, { ...init, headers });
      record.response = { status: response.status, headers: [...response.headers] };
      // Here, too, since not everybody wants the body.
      finish();
      if (response.body === null) return response;
      return new Response(observed(response.body, record, finish), {
        status: response.status,
        statusText: response.statusText,
        headers: response.headers,
      });
    } catch (error) {
      record.failure = reasonOf(error);
      finish();
      throw error;
    }
  };
}

/** The same bytes. Whoever stops reading, or cannot go on, ends the record too. */
function observed(body: ReadableStream<Uint8Array>, record: Exchange, finish: () => void): ReadableStream<Uint8Array> {
  const kept = keepText();
  const reader = body.getReader();
  const end = (): void => {
    const text = kept.text();
    if (text !== undefined && record.response !== undefined) record.response.body = text;
    finish();
  };
  return new ReadableStream({
    pull: async (controller) => {
      try {
        const { done, value } = await reader.read();
        if (done) {
          end();
          return controller.close();
        }
        kept.add(value);
        controller.enqueue(value);
      } catch (error) {
        record.failure = reasonOf(error);
        end();
        throw error;
      }
    },
    cancel: async (reason) => {
      end();
      await reader.cancel(reason);
    },
  });
}

/** Undici's "fetch failed" keeps the reason in its cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message !== '' ? cause.message : message;
}
