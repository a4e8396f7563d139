import type { Exchange } from '../exchange.ts';
import { inOneLine } from './visible.ts';

/** A request and its response as they would stand in a log: first lines, headers, bodies. */
export function messageLines({ request, response, failure }: Exchange): string[] {
  return [
    '',
    `> ${request.method} ${request.url}`,
    ...request.headers.map(([name, value]) => `> ${name}: ${value}`),
    ...bodyLines(request.body),
    response ? `< ${response.status}` : `< no answer: ${failure ?? 'none came'}`,
    ...(response?.headers ?? []).map(([name, value]) => `< ${name}: ${value}`),
    ...bodyLines(response?.body),
  ];
}

const bodyLines = (body: string | undefined): string[] => (body ? body.split('\n').map((line) => `  ${line}`) : []);

/** How much of an address or a body a short account has, in characters. */
const SHORT = 160;

/** The same in a line for each direction. */
export function shortLines({ request, response, failure }: Exchange): [string, string] {
  const type = response?.headers.find(([name]) => name === 'content-type')?.[1];
  const location = response?.headers.find(([name]) => name === 'location')?.[1];
  const answered = response
    ? [String(response.status), location && `to ${location}`, type, type?.includes('html') ? undefined : response.body]
    : [`no answer: ${failure ?? 'none came'}`];
  const line = (parts: readonly (string | undefined)[]): string =>
    parts
      .filter((part) => part !== undefined && part !== '')
      .map((part) => inOneLine(part ?? '', SHORT))
      .join(' ');
  return [line([request.method, request.url, request.body]), line(answered)];
}
