import type { Arrow } from './arrow.ts';
import { meaningOf } from './explain/requests.ts';
import type { ArrowSummary } from './messages.ts';

/** The arrow, as far as the diagram shows it. */
export function summarize(arrow: Arrow): ArrowSummary {
  const { id, traceId, from, to, startedAt, milliseconds, request, response, failure, fault } = arrow;
  const location = response?.headers.find(([name]) => name === 'location')?.[1];
  return {
    id,
    trace: traceId,
    from,
    to,
    startedAt,
    ...(milliseconds !== undefined && { milliseconds }),
    method: request.method,
    path: new URL(request.url).pathname,
    title: meaningOf(arrow).title,
    ...(response && { status: response.status }),
    ...(location !== undefined && { leadsTo: withoutQuery(location) }),
    failed: failure !== undefined,
    ...(fault !== undefined && { fault }),
  };
}

function withoutQuery(location: string): string {
  return location.split(/[?#]/, 1)[0] ?? '';
}
