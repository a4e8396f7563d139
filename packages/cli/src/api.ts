import type { Connection } from './connection.ts';
import { Failure } from './failure.ts';

const TIMEOUT_MILLISECONDS = 30_000;
const PAGE = 100;

export type Item = Record<string, unknown>;
type Query = Record<string, string | undefined>;

/** The administration, as commands see it. */
export interface Api {
  /** @throws Failure with what the server has to say against it. */
  call(method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, request?: { query?: Query; body?: unknown }): Promise<Item>;
  /** The entries of a list, page after page, but not more than so many. */
  list(path: string, query?: Query, maximum?: number): Promise<Item[]>;
}

export function createApi({ address, accessToken }: Connection): Api {
  const call: Api['call'] = async (method, path, { query = {}, body } = {}) => {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const search = given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
    const response = await send(`${address}${path}${search}`, {
      method,
      headers: {
        authorization: `Bearer ${accessToken}`,
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = await read(response);
    if (!response.ok) throw refusal(response.status, answer);
    return answer;
  };

  return {
    call,
    list: async (path, query = {}, maximum = Number.POSITIVE_INFINITY) => {
      const items: Item[] = [];
      let cursor: string | undefined;
      do {
        const limit = String(Math.min(PAGE, maximum - items.length));
        const page = await call('GET', path, { query: { ...query, limit, cursor } });
        items.push(...(page['items'] as Item[]));
        cursor = page['next_cursor'] as string | undefined;
      } while (cursor !== undefined && items.length < maximum);
      return items;
    },
  };
}

async function send(url: string, request: RequestInit): Promise<Response> {
  try {
    // No redirect: the token is for this address alone.
    return await fetch(url, { ...request, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) });
  } catch (cause) {
    throw new Failure('The server does not answer.', [], { cause });
  }
}

async function read(response: Response): Promise<Item> {
  const text = await response.text();
  if (text === '') return {};
  try {
    return JSON.parse(text) as Item;
  } catch (cause) {
    throw new Failure(`The server answers with something else than JSON (status ${response.status}).`, [], { cause });
  }
}

function refusal(status: number, answer: Item): Failure {
  const details = (answer['details'] as { field: string; problem: string }[] | undefined) ?? [];
  return new Failure(
    `Refused: ${String(answer['error_description'] ?? `status ${status}`)}`,
    details.map(({ field, problem }) => `${field} ${problem}`),
  );
}
