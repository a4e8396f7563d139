import type { DestinationStream } from 'pino';
import type { LogLine } from './exchange.ts';

/** What is said of every request, or is of no interest to people. */
const COMMON = new Set(['level', 'time', 'pid', 'hostname', 'name', 'reqId', 'req', 'res', 'responseTime', 'msg']);

/** A second destination for a role's log: each line that belongs to a request goes to `add`. The logger has blotted its secrets out by then. */
export function toLogLines(add: (requestId: string, line: LogLine) => void): DestinationStream {
  return {
    write: (text) => {
      const { level, msg, reqId, res, ...rest } = JSON.parse(text) as Record<string, unknown>;
      // That the request was completed is the record itself.
      if (typeof reqId !== 'string' || res !== undefined) return;
      const details = Object.fromEntries(Object.entries(rest).filter(([name]) => !COMMON.has(name)));
      add(reqId, { level: Number(level), message: String(msg ?? ''), details });
    },
  };
}
