import type { Arrow } from '../arrow.ts';
import { meaningOf } from '../explain/requests.ts';

/** The arrows as an HTTP archive (HAR 1.2), for any viewer of such files. */
export function toHar(arrows: readonly Arrow[]): object {
  return {
    log: {
      version: '1.2',
      creator: { name: 'Rolecall playground', version: '1' },
      entries: arrows.map(entry),
    },
  };
}

function entry(arrow: Arrow): object {
  const { request, response, milliseconds = 0 } = arrow;
  const type = headerOf(request.headers, 'content-type') ?? '';
  const body = response?.body ?? '';
  return {
    startedDateTime: new Date(arrow.startedAt).toISOString(),
    time: milliseconds,
    comment: `${arrow.from} to ${arrow.to}: ${meaningOf(arrow).title}`,
    request: {
      method: request.method,
      url: request.url,
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: named(request.headers),
      queryString: named([...new URL(request.url).searchParams]),
      ...(request.body !== undefined && { postData: { mimeType: type, text: request.body, params: [] } }),
      headersSize: -1,
      bodySize: Buffer.byteLength(request.body ?? ''),
    },
    // Status 0: there was no response (as browsers write it).
    response: {
      status: response?.status ?? 0,
      statusText: arrow.failure ?? '',
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: named(response?.headers ?? []),
      content: { size: Buffer.byteLength(body), mimeType: headerOf(response?.headers ?? [], 'content-type') ?? 'x-unknown', text: body },
      redirectURL: headerOf(response?.headers ?? [], 'location') ?? '',
      headersSize: -1,
      bodySize: Buffer.byteLength(body),
    },
    cache: {},
    timings: { send: 0, wait: milliseconds, receive: 0 },
  };
}

const named = (pairs: readonly (readonly [string, string])[]) => pairs.map(([name, value]) => ({ name, value }));

function headerOf(headers: readonly (readonly [string, string])[], wanted: string): string | undefined {
  return headers.find(([name]) => name === wanted)?.[1];
}
