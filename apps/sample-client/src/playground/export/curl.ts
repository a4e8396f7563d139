import type { Arrow } from '../arrow.ts';

/** What curl and the connection itself take care of, and what joins traces. */
const LEFT_OUT = new Set(['host', 'connection', 'content-length', 'accept-encoding', 'traceparent', 'tracestate', 'keep-alive']);

/** The request as a command line. Where the arrow is redacted, so is the command. */
export function toCurl({ request }: Pick<Arrow, 'request'>): string {
  const parts = ['curl -i'];
  if (request.method !== 'GET') parts.push(`-X ${request.method}`);
  parts.push(quoted(request.url));
  for (const [name, value] of request.headers)
    if (!LEFT_OUT.has(name) && !name.startsWith('sec-fetch-')) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (request.body !== undefined) parts.push(`--data-raw ${quoted(request.body)}`);
  return parts.join(' \\\n  ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
