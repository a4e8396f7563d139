import { pageLimit } from '@rolecall/service-kit/query';
import * as z from 'zod';

const DEFAULT_LIMIT = 20;

/**
 * The query of a list: how many, and from where on.
 *
 * @param position what a cursor holds. It is opaque and not a secret: a forged one leads to another place in a list that its sender may read anyway.
 */
export function pageQuery<Position>(position: z.ZodType<Position>) {
  const cursor = z.codec(z.string().max(1000), position, {
    decode: (text, context) => {
      const found = decode(position, text);
      if (found !== undefined) return found;
      context.issues.push({ code: 'custom', message: 'is not one that this server gave', input: text });
      return z.NEVER;
    },
    encode,
  });
  return z.strictObject({
    limit: pageLimit.default(DEFAULT_LIMIT).meta({ description: `1 to 100, ${DEFAULT_LIMIT} unless it is said.` }),
    cursor: cursor.optional().meta({ description: 'The next_cursor of the page before.' }),
  });
}

/** A page of a list as it is answered. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ items: z.array(item), next_cursor: z.string().optional().meta({ description: 'There is more.' }) });

/**
 * Reads one page.
 *
 * @param read answers so many entries, from the position of the query on.
 */
export async function readPage<Entry, Item>(
  query: { limit: number },
  read: (limit: number) => Promise<Entry[]>,
  options: { positionOf: (entry: Entry) => unknown; represent: (entry: Entry) => Item },
): Promise<{ items: Item[]; next_cursor?: string }> {
  // One more than asked for: it tells whether there is a next page.
  const found = await read(query.limit + 1);
  const page = found.slice(0, query.limit);
  const last = page.at(-1);
  const more = found.length > page.length && last !== undefined;
  return { items: page.map(options.represent), ...(more && { next_cursor: encode(options.positionOf(last)) }) };
}

function encode(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function decode<Position>(schema: z.ZodType<Position>, text: string): Position | undefined {
  try {
    return schema.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
