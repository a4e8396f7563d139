import type { OperationResult } from './results.ts';

/** From here on it is the load that is measured, not the server. */
const LOAD_LIMIT = 0.92;

/** The results as a table in Markdown, and below it what has to be known to read it. */
export function table(results: readonly OperationResult[]): string {
  const header = [
    'operation',
    'ours /s',
    'peer /s',
    'bare /s',
    'ratio',
    'bare',
    'bar',
    'CPU µs ours',
    'CPU µs peer',
    'CPU µs bare',
    'at /s',
    'p99 ms ours',
    'p99 ms peer',
    'SQL',
    'Redis',
    'Redis peer',
  ];
  const rows = results.map(({ operation, ours, peer, bare, ratio, bareRatio, bar, offeredRate }) => [
    operation,
    whole(ours.requestsPerSecond),
    whole(peer?.requestsPerSecond),
    whole(bare?.requestsPerSecond),
    times(ratio),
    times(bareRatio),
    bar === undefined ? '' : ratio === undefined ? `${bar} /s` : `${bar} ×`,
    whole(ours.cpuPerRequest),
    whole(peer?.cpuPerRequest),
    whole(bare?.cpuPerRequest),
    whole(offeredRate),
    tenths(ours.p99),
    tenths(peer?.p99),
    tenths(ours.roundTrips.sql),
    tenths(ours.roundTrips.redis),
    tenths(peer?.roundTrips.redis),
  ]);
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] as string).length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] as number) : cell.padStart(widths[column] as number))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(header), rule, ...rows.map(line), ...remarks(results)].join('\n');
}

function remarks(results: readonly OperationResult[]): string[] {
  const bound = results.flatMap(({ operation, ours, peer, bare }) =>
    [ours, peer, bare].some((server) => server !== undefined && server.loadUtilisation > LOAD_LIMIT) ? [operation] : [],
  );
  const missed = results.flatMap(({ operation, missed }) => missed.map((bar) => `${operation}: ${bar}`));
  return [
    '',
    ...(bound.length > 0 ? [`The load took a whole core at ${bound.join(', ')}: a server may be faster than it says here.`] : []),
    missed.length === 0 ? 'Every bar is met.' : `Bars missed: ${missed.join('; ')}.`,
  ];
}

function whole(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '' : value.toFixed(0);
}

function times(ratio: number | undefined): string {
  return ratio === undefined ? '' : `${ratio.toFixed(2)} ×`;
}

function tenths(value: number | undefined): string {
  return value === undefined ? '' : value.toFixed(1);
}
