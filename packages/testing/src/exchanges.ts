import type { Exchange } from '@rolecall/lab/exchange';
import { redact } from '@rolecall/lab/redact';
import type { Recorder } from '@rolecall/lab/recorder';

/**
 * What all roles have recorded, in the order in which it began: a request that both ends have seen is one exchange, as the receiver saw it.
 *
 * @param options.secrets true: with passwords, codes and tokens.
 */
export function mergedExchanges(recorders: readonly Recorder[], { secrets = false } = {}): Exchange[] {
  const all = recorders.flatMap((recorder) => recorder.after(0).exchanges);
  const sent = new Map(all.filter(({ direction }) => direction === 'sent').map((each) => [each.spanId, each]));
  const received = all.filter(({ direction }) => direction === 'received');
  const seenTwice = new Set<string>();
  const merged = received.map((each) => {
    const sender = each.parentSpanId === undefined ? undefined : sent.get(each.parentSpanId);
    if (sender === undefined) return each;
    seenTwice.add(sender.spanId);
    const failure = sender.failure ?? each.failure;
    return {
      ...each,
      startedAt: sender.startedAt,
      // What caused the request is what caused it to be sent.
      ...(sender.parentSpanId !== undefined && { parentSpanId: sender.parentSpanId }),
      ...(failure !== undefined && { failure }),
      log: [...sender.log, ...each.log],
    };
  });
  const ordered = [...merged, ...all.filter(({ direction, spanId }) => direction === 'sent' && !seenTwice.has(spanId))].sort(
    (a, b) => a.startedAt - b.startedAt,
  );
  // Records go on changing while they are under way: what is answered does not.
  return structuredClone(secrets ? ordered : ordered.map(redact));
}
