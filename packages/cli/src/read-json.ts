import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Item } from './api.ts';
import { Failure } from './failure.ts';

/**
 * A JSON object from a file; `-` is standard input.
 *
 * @throws Failure when it cannot be read, or is something else.
 */
export async function readJson(file: string): Promise<Item> {
  let content: unknown;
  try {
    content = JSON.parse(file === '-' ? await text(process.stdin) : await readFile(file, 'utf8'));
  } catch (cause) {
    throw new Failure(`${file} cannot be read as JSON: ${(cause as Error).message}`, [], { cause });
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) throw new Failure(`${file} does not hold a JSON object.`);
  return content as Item;
}
