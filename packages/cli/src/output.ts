import type { Item } from './api.ts';

/** Where what a command has found out goes. */
export interface Output {
  /** Entries: a table of some of their members for people, everything as JSON for programs. */
  table(items: readonly Item[], columns: readonly string[]): void;
  /** One thing. */
  item(item: Item): void;
  /** What has been done, for people. A program sees it from the exit code. */
  done(text: string): void;
}

export function createOutput(json: boolean, write: (text: string) => void): Output {
  const asJson = (value: unknown): void => write(`${JSON.stringify(value, null, 2)}\n`);
  return {
    table: (items, columns) => (json ? asJson(items) : write(tableOf(items, columns))),
    item: (item) => (json ? asJson(item) : write(listOf(item))),
    done: (text) => {
      if (!json) write(`${text}\n`);
    },
  };
}

function tableOf(items: readonly Item[], columns: readonly string[]): string {
  if (items.length === 0) return 'There is nothing.\n';
  const rows = [columns.map((column) => column.toUpperCase()), ...items.map((item) => columns.map((column) => cell(item[column])))];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((text, index) => text.padEnd(widths[index] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function listOf(item: Item): string {
  const width = Math.max(0, ...Object.keys(item).map((name) => name.length));
  return Object.entries(item)
    .map(([name, value]) => `${name.padEnd(width)}  ${cell(value)}\n`)
    .join('');
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return printable(value.join(' '));
  return printable(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

/** Others chose these texts. What a terminal would obey is not shown to it. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '?');
}
